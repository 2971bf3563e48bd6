import { createHash } from 'node:crypto';
import type { Config, StepConfig } from '../config/config.ts';
import { MlDeployError } from '../errors.ts';
import { templateHash } from '../kubernetes/objects/deployment.ts';
import { labels } from '../kubernetes/objects/labels.ts';
import type { EvidenceSoFar, RolloutEvidence } from '../pipeline/evidence.ts';
import { plural } from '../plural.ts';
import type { Server } from '../server/server.ts';
import { planAnalysis, requestsNeeded } from './analysis/plan.ts';
import type { AnalysisPlan, PlanOptions } from './analysis/plan.ts';
import { stateName } from './names.ts';
import type { ModelRef } from './names.ts';
import type { Revision } from './state.ts';
import { sizesBeside } from './sizing.ts';
import { nextRevision } from './survey.ts';
import type { Survey } from './survey.ts';
import { factsOf, providerFor } from './traffic/index.ts';
import { trafficNotes } from './traffic/notes.ts';
import type { TrafficFacts, TrafficProvider } from './traffic/provider.ts';
import { unsettled } from './unsettled.ts';

/** A step with what its weight means on this cluster. */
export interface PlannedStep extends StepConfig {
  /** The share that can really be had, 0..1. */
  readonly share: number;
  readonly candidateReplicas: number;
}

/** Everything a rollout will do, decided before anything is done. */
export interface Plan {
  readonly ref: ModelRef;
  readonly strategy: RolloutEvidence['strategy'] | 'unchanged';
  readonly provider: TrafficProvider;
  readonly stable: Revision | null;
  readonly candidate: Revision;
  readonly steps: readonly PlannedStep[];
  readonly analysis: AnalysisPlan;
  /** Over everything that decides: `resume` refuses to go on with another plan. */
  readonly hash: string;
  /** For an unchanged release: what is set around its pods (replicas, autoscaler, Service ...). */
  readonly settles: readonly string[];
  /** What could go wrong, or turns out differently from what was asked. */
  readonly warnings: readonly string[];
}

/** The image to deploy, as the build proved it. */
export interface Release {
  readonly image: string;
  readonly modelDigest: string | null;
}

/**
 * The release that earlier stages made, or `image` when the user named one that was built elsewhere; throws `rollout/no-image` when
 * there is neither.
 */
export function releaseOf(evidence: EvidenceSoFar, image: string | null = null): Release {
  if (image !== null) return { image, modelDigest: null };
  if (evidence.build === undefined) {
    throw new MlDeployError({
      code: 'rollout/no-image',
      kind: 'usage',
      message: 'There is no evidence of a build, so no image digest to deploy.',
      hint: 'Run `ml-deploy build` first (its evidence lies in .mldeploy/), or `ml-deploy deploy` for all stages.',
    });
  }
  return { image: evidence.build.image.reference, modelDigest: evidence.build.modelDigest };
}

/**
 * Decides what a rollout of this release on this cluster would do. Pure: reads only what the survey found. `name` is the revision's,
 * when an unfinished rollout goes on.
 */
export function planRollout(
  config: Config,
  { image, modelDigest }: Release,
  server: Server,
  found: Survey,
  name = `r${nextRevision(found)}`,
): Plan {
  const provider = providerFor(config.rollout);
  const traffic = factsOf(config);
  refuseOtherProvider(provider, traffic.adopted === null, found);
  refuseUnknownStable(found);
  refuseOtherPort(config.deploy.service.port, found);
  refuseTargetPort(found, server.probes(config).port);
  const { stable } = found;
  const stableReplicas = found.stable === null ? 0 : currentReplicas(found, found.stable);
  const { full, steps } = sizesBeside(config, provider, stableReplicas);
  const template = templateHash({
    config,
    image,
    modelDigest,
    probes: server.probes(config),
    environment: server.environment(config),
  });
  const candidate: Revision = {
    name,
    image,
    modelDigest,
    template,
    deployment: `${config.name}-${name}`,
    replicas: full,
  };
  const analysis = planAnalysis(config.rollout, server.metrics(config), splitCheck(provider, traffic));
  const unchanged = stable?.template === template;
  return {
    ref: found.ref,
    strategy: stable === null ? 'first' : unchanged ? 'unchanged' : 'canary',
    settles: stable !== null && unchanged ? unsettled(config, found, stable) : [],
    provider,
    stable: stable === null ? null : { ...stable, replicas: stableReplicas },
    candidate,
    steps,
    analysis: {
      ...analysis,
      steps: analysis.steps.map((step, index) => ({ ...step, weight: steps[index]?.share ?? step.weight })),
    },
    hash: planHash({
      template,
      steps: config.rollout.steps,
      analysis,
      provider: provider.name,
      ...(traffic.adopted === null ? {} : { adopted: traffic.adopted }),
      ...(traffic.header === null ? {} : { header: traffic.header }),
    }),
    warnings: stable === null ? [] : [...warnings(config, steps, analysis, stableReplicas), ...trafficNotes(config)],
  };
}

/**
 * `sha256:` over everything that decides the rollout.
 */
export function planHash(facts: Readonly<Record<string, unknown>>): string {
  return `sha256:${createHash('sha256').update(JSON.stringify(facts)).digest('hex')}`;
}

/**
 * How the split that is seen can be checked: requests of testers only add to the candidate's, and with one adopted rule of several nobody
 * knows what the others carry.
 */
function splitCheck({ splitTolerance }: TrafficProvider, { adopted, header }: TrafficFacts): PlanOptions {
  if ((adopted ?? null) !== null && adopted?.rule !== null) return { splitTolerance: null };
  return { splitTolerance, ...((header ?? null) === null ? {} : { moreIsExpected: true }) };
}

/** A route that nobody moves any more would keep sending its clients to a revision that is retired. */
function refuseOtherProvider(provider: TrafficProvider, owns: boolean, found: Survey): void {
  const wanted = owns ? provider.route?.kind : undefined;
  const other = [found.route, found.virtualService].find((each) => each !== null && each.kind !== wanted) ?? null;
  if (other === null) return;
  const { kind } = other;
  const { model, namespace } = found.ref;
  const key = kind === 'HTTPRoute' ? 'gateway' : 'istio';
  throw new MlDeployError({
    code: 'rollout/provider-changed',
    kind: 'usage',
    message: `${kind} ${model} in namespace ${namespace} directs traffic to ${model}, and the configuration ${owns || provider.route === null ? `does not name rollout.${key}` : 'adopts another route'}.`,
    hint: `Name it in rollout.${key}, or move the clients elsewhere and delete the ${kind}.`,
  });
}

/** Without state and with a Service that names no revision of ours nobody knows what serves: anything else than asking would guess. */
function refuseUnknownStable({ ref, store, service, route, virtualService, stable }: Survey): void {
  const [first] = [service, route, virtualService].filter((each) => each !== null);
  if (store.state !== null || stable !== null || first === undefined) return;
  const { model, namespace } = ref;
  throw new MlDeployError({
    code: 'rollout/unknown-stable',
    kind: 'usage',
    message: `${first.kind} ${model} exists in namespace ${namespace}, the state (ConfigMap ${stateName(model)}) does not, and the Service selects no single revision: it is unknown which one is stable.`,
    hint: `Restore the ConfigMap, or name the revision that shall serve: kubectl -n ${namespace} set selector service ${model} ${labels.app}=${model},${labels.revision}=rN. To start anew, delete the ${first.kind} first.`,
  });
}

/**
 * The Services keep the port they were made with: backends of a route that name another one lead nowhere, for the stable revision too.
 */
function refuseOtherPort(port: number, found: Survey): void {
  const { store, service, stable } = found;
  const spec = service?.['spec'] as { ports?: readonly { port: number }[] } | undefined;
  const present = store.state?.port ?? spec?.ports?.[0]?.port ?? port;
  if (stable === null || present === port) return;
  const { model, namespace } = found.ref;
  throw new MlDeployError({
    code: 'rollout/port-changed',
    kind: 'usage',
    message: `Service ${model} in namespace ${namespace} has port ${present}, and deploy.service.port is ${port}: a rollout cannot move clients and revisions to another port together.`,
    hint: `Set deploy.service.port to ${present}. For another port, put a Service of your own in front, or deploy under another name and move the clients there.`,
  });
}

/** An adopted Service may send to a port where our pods do not listen: they would be ready and get nothing. */
function refuseTargetPort(found: Survey, listens: number): void {
  const spec = found.service?.['spec'] as { ports?: readonly ServicePort[] } | undefined;
  for (const { targetPort } of spec?.ports ?? []) {
    if (targetPort === undefined || targetPort === listens || targetPort === 'http') continue;
    const { model, namespace } = found.ref;
    throw new MlDeployError({
      code: 'rollout/target-port',
      kind: 'usage',
      message: `Service ${model} in namespace ${namespace} sends to port ${targetPort} of the pods; a new revision listens on ${listens} (named http).`,
      hint:
        typeof targetPort === 'number' && targetPort >= 1024
          ? `Set server.port: ${targetPort} in mldeploy.yaml.`
          : `Change targetPort of the Service to the number of that port, and set server.port in mldeploy.yaml to the same (1024 or more).`,
    });
  }
}

interface ServicePort {
  /** The API server always sets it. */
  readonly targetPort?: number | string;
}

/** Pods of the stable revision now: an autoscaler may have moved them from what the state says. */
function currentReplicas(found: Survey, stable: Revision): number {
  const deployment = found.deployments.find((each) => each.metadata.name === stable.deployment);
  const replicas = (deployment?.['spec'] as { replicas?: number } | undefined)?.replicas ?? stable.replicas;
  return Math.max(1, replicas);
}

function warnings(
  config: Config,
  steps: readonly PlannedStep[],
  analysis: AnalysisPlan,
  stableReplicas: number,
): readonly string[] {
  const list: string[] = [];
  for (const step of steps) {
    if (Math.abs(step.share - step.weight) > 0.02) {
      list.push(
        `A share of ${percent(step.weight)} is not possible with ${plural(stableReplicas, 'replica')}: the candidate gets ${percent(step.share)} (${step.candidateReplicas} of ${step.candidateReplicas + stableReplicas} pods), in expectation and per connection.`,
      );
    }
  }
  if (analysis.promotion === 'relative') {
    list.push(
      'A step also passes when the candidate is proved better than stable, although it misses its slo (rollout.promotion: relative).',
    );
  }
  for (const metric of analysis.metrics) {
    if (analysis.promotion === 'relative' || metric.rollbackOnly === true) continue;
    list.push(
      `Each step needs at least ${plural(requestsNeeded(metric.slo, analysis.beta), 'request')} of the candidate to prove less than ${percent(metric.slo)} ${metric.title}, more if any is bad.`,
    );
  }
  if (!config.rollout.watchdog.enabled) {
    list.push(
      'The watchdog is off: if this engine dies during the canary, nobody returns the traffic to the stable revision.',
    );
  }
  return list;
}

function percent(share: number): string {
  return `${Number((share * 100).toFixed(share < 0.1 ? 2 : 1))} %`;
}
