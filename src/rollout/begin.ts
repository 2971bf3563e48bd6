import type { Config } from '../config/config.ts';
import { MlDeployError } from '../errors.ts';
import type { KubeApi } from '../kubernetes/api.ts';
import { resources } from '../kubernetes/resources.ts';
import type { Access } from '../pipeline/stage.ts';
import { engineImageOf } from '../pipeline/pod-weights.ts';
import type { Reporter } from '../pipeline/reporter.ts';
import type { Server } from '../server/server.ts';
import type { AnalysisState } from './analysis/analysis.ts';
import { isCode } from './fence.ts';
import type { Fence } from './fence.ts';
import { footing, isFirm } from './footing.ts';
import { EngineLease, LeaseObserver, leaseRef } from './lease.ts';
import type { Plan } from './plan.ts';
import { serviceRecord } from './recorded.ts';
import type { Record } from './record.ts';
import type { Run } from './run.ts';
import { StateStore } from './state.ts';
import type { RolloutState } from './state.ts';
import { claimed, survey } from './survey.ts';
import type { Survey } from './survey.ts';
import { takeOver } from './takeover.ts';
import { trafficToClaim } from './restore.ts';
import { factsOf } from './traffic/index.ts';
import { takerName } from './taker.ts';
import { recordsOf } from './verified.ts';
import { sleep } from './wait.ts';

/** What an engine needs besides plan and survey. */
export interface Crew {
  readonly config: Config;
  readonly server: Server;
  readonly api: KubeApi;
  readonly access: Pick<Access, 'host' | 'engineImage' | 'environment' | 'root'>;
  readonly reporter: Reporter;
  readonly record: Record;
  readonly signal: AbortSignal;
}

export interface Beginning {
  readonly fromStep: number;
  readonly savedAnalysis: AnalysisState | null;
}

/**
 * Becomes the engine of this rollout: raises the epoch (an unfinished rollout's traffic is restored in the same patch), writes the
 * plan into the state, takes the lease. `rollout/busy` when another engine is at it.
 */
export async function begin(crew: Crew, plan: Plan, found: Survey, beginning: Beginning): Promise<Run> {
  const { api, config, record } = crew;
  // Before the first write: a usage error must not cost a held rollout its hold.
  const watchdogImage = config.rollout.watchdog.enabled ? engineImage(crew) : null;
  const { ref, store } = found;
  const before = store.state;
  const restores = await mayRestore(api, before);
  const take = async (): Promise<readonly [Fence, EngineLease]> => {
    const fence = await takeOver(api, {
      namespace: ref.namespace,
      knownEpoch: before?.epoch ?? 0,
      traffic: trafficToClaim(config, before),
      restoreTo: restores ? (plan.stable?.name ?? null) : null,
      others: claimed(found),
      engine: takerName('engine'),
    });
    const planned = plannedState(plan, config, found, fence.epoch, beginning);
    // Traffic that was left with the candidate is still there: until a step sets another weight, it must not be moved to nobody.
    await store.save({ ...planned, weight: restores ? 0 : (before?.weight ?? 0) });
    const { host: holder } = crew.access;
    return [fence, await EngineLease.acquire(api, ref, fence, { holder, durationMs: config.rollout.leaseMs })];
  };
  const [fence, lease] = await take().catch((error: unknown) => {
    if (!isCode(error, 'kubernetes/conflict') && !isCode(error, 'rollout/superseded')) throw error;
    throw busy(found, `somebody else took over at the same moment (${(error as Error).message})`);
  });
  record.event(
    'planned',
    `Epoch ${fence.epoch}: ${plan.candidate.name} (${plan.strategy}, provider ${plan.provider.name}).`,
  );
  return { ...crew, ...beginning, plan, fence, store, lease, watchdogImage };
}

/** A state that is gone may have been that of a running rollout. Where the stable revision could not serve, traffic stays as it is. */
async function mayRestore(api: KubeApi, before: RolloutState | null): Promise<boolean> {
  if (before === null) return true;
  if (before.phase !== 'running' || before.strategy === 'recreate') return false;
  return isFirm(await footing(api, before));
}

/**
 * Image of the watchdog; `rollout/no-watchdog-image` when none is known.
 */
export function engineImage(crew: Pick<Crew, 'config'> & { readonly access: Pick<Access, 'engineImage'> }): string {
  const image = engineImageOf(crew.config, crew.access);
  if (image !== null) return image;
  throw new MlDeployError({
    code: 'rollout/no-watchdog-image',
    kind: 'usage',
    message:
      'The watchdog needs the engine image (ml-deploy itself, as an image that the cluster can pull), and none is named.',
    hint: 'Make it once from a clone of ml-deploy: `node scripts/engine-image.ts --repository HOST/NAME` pushes it and prints HOST/NAME@sha256:... Give that as rollout.watchdog.image, --engine-image or MLDEPLOY_ENGINE_IMAGE. `watchdog: off` accepts that nobody restores the stable revision if this machine dies.',
  });
}

/**
 * Makes sure that nobody else is at work, and returns what there is then: an engine whose lease is seen to change is alive
 * (`rollout/busy`); one that rests for its whole duration on our own clock is dead, and its rollout may be taken over.
 */
export async function awaitIdle(
  crew: Pick<Crew, 'api' | 'config' | 'reporter' | 'signal'>,
  found: Survey,
): Promise<Survey> {
  const { api, config, reporter, signal } = crew;
  if (found.store.state?.phase !== 'running') return found;
  const { model, namespace } = found.ref;
  const holder = holderOf(found);
  const task = reporter.task(`Watching whether ${holder} is alive`, { estimateMs: config.rollout.leaseMs });
  const observer = new LeaseObserver(config.rollout.leaseMs);
  observer.look(found.lease);
  const seen = JSON.stringify(found.lease?.['spec']);
  for (;;) {
    await sleep(Math.max(250, config.rollout.leaseMs / 10), signal);
    const lease = await api.find(resources.lease, namespace, leaseRef(model).name);
    if (lease !== null && JSON.stringify(lease['spec']) !== seen) {
      task.fail();
      throw busy(found, `${holder} renews its lease`);
    }
    // It may also have come to its end while we watched.
    const now = await StateStore.load(api, found.ref);
    if (now.state?.phase !== 'running') break;
    if (observer.look(lease) === 'dead') break;
  }
  task.done('no engine is at work');
  return survey(api, found.ref, config);
}

/**
 * Who holds the lease, for people.
 */
export function holderOf(found: Survey): string {
  const spec = found.lease?.['spec'] as { holderIdentity?: string } | undefined;
  return spec?.holderIdentity ?? 'another engine';
}

function busy(found: Survey, why: string): MlDeployError {
  const { model, namespace } = found.ref;
  return new MlDeployError({
    code: 'rollout/busy',
    kind: 'infrastructure',
    message: `Another engine rolls out ${model} in namespace ${namespace}: ${why}.`,
    hint: 'Wait for it, or end it with `ml-deploy rollback`.',
  });
}

function plannedState(
  plan: Plan,
  config: Config,
  found: Survey,
  epoch: number,
  beginning: Beginning,
): Omit<RolloutState, 'updatedAt' | 'writer'> {
  const before = found.store.state;
  const { adopted, header } = factsOf(config);
  return {
    version: 1,
    ...plan.ref,
    phase: 'running',
    progress: 'planned',
    epoch,
    provider: plan.provider.name,
    port: config.deploy.service.port,
    adopted,
    header,
    stable: plan.stable,
    candidate: plan.candidate,
    previous: before?.previous ?? null,
    planHash: plan.hash,
    steps: plan.steps.map(({ weight, minTimeMs, minRequests, approval }) => ({
      weight,
      minTimeMs,
      minRequests,
      approval,
    })),
    step: -1,
    weight: 0,
    hold: null,
    scaling: (before !== null && mayBePinned(before) ? before.scaling : null) ?? boundsOf(found),
    analysis: beginning.savedAnalysis,
    verdict: null,
    reasons: [],
    history: before?.history ?? [],
    ...(plan.strategy === 'unchanged' ? {} : { strategy: plan.strategy }),
    request: plan.request,
    records: recordsOf(found),
    ...(before?.settings === undefined ? {} : { settings: before.settings }),
    service: serviceRecord(found.service) ?? before?.service ?? null,
  };
}

/** Bounds recorded by an engine that died, or that could not take the traffic from a held candidate, are the true ones. */
function mayBePinned({ phase, weight }: RolloutState): boolean {
  return phase === 'running' || phase === 'abandoned' || (phase === 'held' && weight > 0);
}

function boundsOf(found: Survey): RolloutState['scaling'] {
  const spec = found.autoscaler?.['spec'] as { minReplicas?: number; maxReplicas: number } | undefined;
  return spec === undefined ? null : { min: spec.minReplicas ?? 1, max: spec.maxReplicas };
}
