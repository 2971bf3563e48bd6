import { createHash } from 'node:crypto';
import type { Config, StepConfig } from '../config/config.ts';
import { MlDeployError } from '../errors.ts';
import { templateHash } from '../kubernetes/objects/deployment.ts';
import { labels } from '../kubernetes/objects/labels.ts';
import type { PodWeights } from '../kubernetes/objects/weights.ts';
import { namedWeights, podWeights } from '../pipeline/pod-weights.ts';
import type { StageContext } from '../pipeline/stage.ts';
import type { Contract, SpeedRecord } from '../pipeline/evidence.ts';
import { speedOf } from '../pipeline/speed-record.ts';
import { metricsOf } from '../server/metrics.ts';
import { podNeeds, type Server } from '../server/server.ts';
import { planAnalysis } from './analysis/plan.ts';
import type { AnalysisPlan, PlanOptions as SplitCheck } from './analysis/plan.ts';
import { builtContract, contractWarnings, servedContract } from './contract.ts';
import { stateName } from './names.ts';
import type { ModelRef } from './names.ts';
import { planWarnings } from './plan-warnings.ts';
import { ordinary } from './request.ts';
import type { RolloutRequest } from './request.ts';
import type { Revision, RevisionRecord } from './state.ts';
import { sizesBeside } from './sizing.ts';
import { courseOf, isAlone } from './strategy.ts';
import type { Strategy } from './strategy.ts';
import { nextRevision } from './survey.ts';
import type { Survey } from './survey.ts';
import { factsOf, providerFor } from './traffic/index.ts';
import { trafficNotes } from './traffic/notes.ts';
import type { TrafficFacts, TrafficProvider } from './traffic/provider.ts';
import { trafficChanges, unsettled } from './unsettled.ts';

/** A step with what its weight means on this cluster. */
export interface PlannedStep extends StepConfig {
  /** The share that can really be had, 0..1. */
  readonly share: number;
  readonly candidateReplicas: number;
}

/** Everything a rollout will do, decided before anything is done. */
export interface Plan {
  readonly ref: ModelRef;
  readonly strategy: Strategy | 'unchanged';
  /** False: only the readiness of the candidate counts. */
  readonly judged: boolean;
  readonly request: RolloutRequest;
  /** How to make the candidate's Deployment again, for an older revision; null: from the configuration. */
  readonly recorded: RevisionRecord | null;
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
  /** Where its pods have the model from; absent: from the image. */
  readonly weights?: PodWeights;
  /** Inputs and outputs of the model; null: not known. */
  readonly contract?: Contract | null;
  /** How fast the smoke test found it; null: not known. */
  readonly speed?: SpeedRecord | null;
}

/** What the release is made from; `image`: named by the user, and built elsewhere. */
export type ReleaseContext = Pick<StageContext, 'config' | 'access' | 'evidence' | 'image' | 'reporter' | 'signal'>;

/**
 * The release that earlier stages made, or `image` when the user named one that was built elsewhere: then the registry is asked where its
 * model is, if that is not in the image. Rejects with `rollout/no-image` when there is neither, with `pipeline/*` when it is unknown
 * where its pods get the model.
 */
export async function releaseOf(context: ReleaseContext): Promise<Release> {
  const { config, access, evidence, image = null } = context;
  if (image !== null) {
    const { modelDigest, weights } = await namedWeights(context, image);
    const speed = speedOf(image, evidence.smoke);
    return { image, modelDigest, speed, ...(weights === null ? {} : { weights }) };
  }
  if (evidence.build === undefined) {
    throw new MlDeployError({
      code: 'rollout/no-image',
      kind: 'usage',
      message: 'There is no evidence of a build, so no image digest to deploy.',
      hint: 'Run `ml-deploy build` first (its evidence lies in .mldeploy/), or `ml-deploy deploy` for all stages.',
    });
  }
  const { image: built, modelDigest } = evidence.build;
  const weights = podWeights(config, access, evidence.build);
  return {
    image: built.reference,
    modelDigest,
    ...(weights === null ? {} : { weights }),
    contract: builtContract(evidence),
    speed: speedOf(built.reference, evidence.smoke),
  };
}

/** What is known besides the release. */
export interface PlanOptions {
  readonly request?: RolloutRequest;
  /** Name and strategy of an unfinished rollout that goes on. */
  readonly name?: string;
  readonly strategy?: Strategy;
}

/**
 * Decides what a rollout of this release on this cluster would do. Pure: reads only what the survey found.
 */
export function planRollout(
  config: Config,
  { image, modelDigest, weights, contract = null, speed = null }: Release,
  server: Server,
  found: Survey,
  options: PlanOptions = {},
): Plan {
  const name = options.name ?? `r${nextRevision(found)}`;
  const template = templateHash({
    config,
    image,
    modelDigest,
    weights: weights ?? null,
    ...podNeeds(server, config),
  });
  const candidate: Revision = {
    name,
    image,
    modelDigest,
    ...(weights === undefined ? {} : { weights }),
    template,
    deployment: `${config.name}-${name}`,
    replicas: 0,
    contract: servedContract(config, contract),
    ...(speed === null ? {} : { speed }),
  };
  return planRevision(config, candidate, server, found, options);
}

/**
 * The same for a revision that has its pod template already; its size is decided here. `recorded` makes its Deployment again if it is gone.
 */
export function planRevision(
  config: Config,
  revision: Revision,
  server: Server,
  found: Survey,
  { request = ordinary, strategy: begun }: PlanOptions = {},
  recorded: RevisionRecord | null = null,
): Plan {
  const { template } = revision;
  const provider = providerFor(config.rollout);
  const traffic = factsOf(config);
  refuseOtherProvider(provider, traffic.adopted === null, found);
  refuseUnknownStable(found);
  refuseOtherPort(config.deploy.service.port, found);
  refuseTargetPort(found, server.probes(config).port);
  const { stable } = found;
  const stableReplicas = found.stable === null ? 0 : currentReplicas(found, found.stable);
  const course = courseOf(config.rollout, found, request, begun);
  const { strategy, judged } = course;
  const { full, steps } = sizesBeside(config, provider, course, stableReplicas);
  const candidate: Revision = { ...revision, replicas: full };
  const alone = isAlone(strategy);
  const analysis = planAnalysis(
    // Without a stable arm nobody can be better than it.
    { ...config.rollout, steps: course.steps, ...(alone ? { promotion: 'absolute' as const } : {}) },
    metricsOf(config),
    {
      ...(alone ? { splitTolerance: null, alone } : splitCheck(provider, traffic)),
    },
  );
  const unchanged = stable !== null && stable.template === template && request.undo === null;
  return {
    ref: found.ref,
    strategy: unchanged ? 'unchanged' : strategy,
    judged,
    request,
    recorded,
    settles: unchanged ? unsettled(config, found, stable) : [],
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
      steps: course.steps,
      analysis,
      provider: provider.name,
      ...(traffic.adopted === null ? {} : { adopted: traffic.adopted }),
      ...(traffic.header === null ? {} : { header: traffic.header }),
      ...(strategy === 'first' || strategy === 'canary' ? {} : { strategy, judged }),
    }),
    warnings:
      stable === null || unchanged
        ? []
        : [
            ...planWarnings(config, { course, steps, analysis, found, stable, stableReplicas }),
            ...(request.undo === null ? contractWarnings(config, stable, candidate) : []),
            ...trafficNotes(config),
            ...trafficChanges(config, found).map((each) => `Its promotion sets ${each}.`),
          ],
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
function splitCheck({ splitTolerance }: TrafficProvider, { adopted, header }: TrafficFacts): SplitCheck {
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
  // None at all: somebody took it out of service, or a `recreate` did. Its full size is what the state says.
  return Math.max(1, replicas === 0 ? stable.replicas : replicas);
}
