import { stringify } from 'yaml';
import type { KubeApi, KubeObject } from '../../kubernetes/api.ts';
import { autoscalerObject } from '../../kubernetes/objects/autoscaler.ts';
import { deploymentObject } from '../../kubernetes/objects/deployment.ts';
import { disruptionBudget } from '../../kubernetes/objects/disruption-budget.ts';
import { publicService, revisionService } from '../../kubernetes/objects/service.ts';
import type { Config } from '../../config/config.ts';
import type { Access } from '../../pipeline/stage.ts';
import { serverOf } from '../../server/index.ts';
import { refuseUnfit } from '../adopted.ts';
import { checkCapacity } from '../capacity.ts';
import { plural } from '../../plural.ts';
import { requireNamespace } from '../namespace.ts';
import { planRollout } from '../plan.ts';
import type { Plan, PlannedStep, Release } from '../plan.ts';
import { givenUpBefore, wasRolledBack } from '../given-up.ts';
import { replayHistory } from '../replay.ts';
import { peakPods } from '../stage.ts';
import { isAlone } from '../strategy.ts';
import { lookAtTraffic, trafficNotes } from '../traffic-look.ts';
import { refuseForeign, survey } from '../survey.ts';
import { unfinishedRollout } from '../unfinished.ts';
import type { Unfinished } from '../unfinished.ts';
import { percent } from '../weight.ts';
import { providerFor } from '../traffic/index.ts';
import { podNeeds } from '../../server/server.ts';

/** What a rollout would do, and what could go wrong; as data and as text. */
export interface PlanReport {
  readonly plan: Plan;
  /** `Kind name` of every object that would be created. */
  readonly creates: readonly string[];
  readonly warnings: readonly string[];
  /** A rollout that has not ended, and what `deploy` makes of it. */
  readonly unfinished: Unfinished | null;
  readonly text: string;
}

/**
 * Plans a rollout against the cluster as it is now; changes nothing.
 */
export async function plan(
  config: Config,
  release: Release,
  api: KubeApi,
  access: Pick<Access, 'environment' | 'root'>,
): Promise<PlanReport> {
  const ref = { model: config.name, namespace: config.deploy.namespace };
  await requireNamespace(api, ref.namespace);
  const found = await survey(api, ref, config);
  refuseForeign(found);
  await refuseUnfit(api, config, found);
  const planned = planRollout(config, release, serverOf(config), found);
  const room =
    planned.strategy === 'unchanged'
      ? []
      : await checkCapacity(api, config, peakPods(planned), planned.stable?.name ?? null);
  const givenUp =
    planned.strategy === 'unchanged' ? null : givenUpBefore(found.store.state, planned.candidate.template);
  const refused = givenUp === null ? [] : [`Refused without --retry: ${wasRolledBack(givenUp).message}`];
  const replayed = await replayHistory(config, planned, api, access);
  const traffic = await trafficOf(config, planned, api, access);
  const warnings = [...refused, ...planned.warnings, ...traffic, ...room, ...replayed];
  const creates =
    planned.strategy === 'unchanged'
      ? []
      : objects(config, release, planned.candidate.name)
          .filter((object) => planned.strategy === 'first' || object.metadata.name === planned.candidate.deployment)
          .map((object) => `${object.kind} ${object.metadata.name}`);
  const unfinished = unfinishedRollout(found);
  const text = `${unfinishedText(unfinished)}${planText(planned, creates, warnings)}`;
  return { plan: planned, creates, warnings, unfinished, text };
}

/** Requests needed against traffic seen; nothing where nothing is judged. */
async function trafficOf(
  config: Config,
  { strategy, stable, steps, analysis }: Plan,
  api: KubeApi,
  access: Pick<Access, 'environment' | 'root'>,
): Promise<readonly string[]> {
  if (strategy !== 'canary' || stable === null) return [];
  const seen = await lookAtTraffic({ config, access }, api, stable);
  return trafficNotes(seen, steps, analysis, config.rollout.stepDeadlineMs);
}

/**
 * The objects of a first deploy of this release as YAML.
 */
export function render(config: Config, release: Release): string {
  return (
    objects(config, release, 'r1')
      // kubectl reads YAML 1.1, where a bare `on` is a boolean.
      .map((object) => stringify(object, { version: '1.1' }))
      .join('---\n')
  );
}

function objects(config: Config, release: Release, revision: string): KubeObject[] {
  const server = serverOf(config);
  const { autoscaling, maxUnavailable } = config.deploy;
  const route = providerFor(config.rollout).owned(config, revision, 1);
  const facts = {
    config,
    revision,
    ...release,
    replicas: autoscaling?.min ?? config.deploy.replicas,
    epoch: 1,
    ...podNeeds(server, config),
  };
  return [
    deploymentObject(facts),
    revisionService(config, revision, 1),
    publicService(config, revision, 1),
    ...(route === null ? [] : [route.object]),
    ...(autoscaling === null ? [] : [autoscalerObject(config, autoscaling, revision, 1)]),
    ...(maxUnavailable === null ? [] : [disruptionBudget(config, maxUnavailable, revision, 1)]),
  ];
}

function unfinishedText(unfinished: Unfinished | null): string {
  return unfinished === null ? '' : `now       ${unfinished.now}\n          ${unfinished.next}\n`;
}

function stepText(step: PlannedStep, index: number): string {
  const approval = step.approval ? ', then an approval' : '';
  const what =
    step.share === 0
      ? `no traffic, ${plural(step.candidateReplicas, 'pod')}`
      : `${percent(step.share)} of the traffic, ${plural(step.candidateReplicas, 'pod')}, at least ${step.minTimeMs / 1000} s and ${plural(step.minRequests, 'request')}`;
  return `step ${index + 1}    ${what}${approval}`;
}

/** How the model comes into the pods. */
const brought = { init: 'fetched by an init container', volume: 'mounted as an image volume' } as const;

function planText(planned: Plan, creates: readonly string[], warnings: readonly string[]): string {
  const { stable, candidate, steps, provider, ref } = planned;
  if (planned.strategy === 'unchanged') {
    const serves = `${stable?.name ?? ''} already serves this image`;
    return planned.settles.length === 0
      ? `${serves} with this configuration: nothing to do.\n`
      : [`${serves}; sets without a canary:`, ...planned.settles.map((each) => `  ${each}`), ''].join('\n');
  }
  const lines = [
    `${ref.model} in namespace ${ref.namespace}: ${stable === null ? 'first deploy' : `${stable.name} -> ${candidate.name}`}, provider ${provider.name}`,
    `image     ${candidate.image}`,
    ...(candidate.weights === undefined
      ? []
      : [`model     ${candidate.weights.reference}, ${brought[candidate.weights.mode]}`]),
    `creates   ${creates.join(', ')}`,
    ...(stable === null ? [] : [`strategy  ${planned.strategy}`]),
    ...(stable === null ? [] : steps.map(stepText)),
    `then      ${plural(candidate.replicas, 'pod')} of ${candidate.name} ${isAlone(planned.strategy) ? 'stay there' : candidate.replicas === 1 ? 'gets all traffic' : 'get all traffic'}${stable === null ? '' : `; ${stable.name} is drained and kept at rest`}`,
    ...warnings.map((warning) => `note      ${warning}`),
  ];
  return `${lines.join('\n')}\n`;
}
