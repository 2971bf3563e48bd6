import { setTimeout as delay } from 'node:timers/promises';
import { MlDeployError } from '../errors.ts';
import type { KubeApi, KubeObject } from '../kubernetes/api.ts';
import { resources } from '../kubernetes/resources.ts';
import { isCode } from './fence.ts';
import type { Fence } from './fence.ts';
import { recordedDeployment } from './recorded.ts';
import { scale } from './restore.ts';
import { createRevisionService } from './revision-service.ts';
import type { Revision, RolloutState } from './state.ts';
import { readyPods } from './strategy.ts';

/** How well the stable revision stands, should it get all the traffic now. */
export interface Footing {
  /** Somebody deleted its Deployment. */
  readonly gone: boolean;
  /** Pods it has at full size. */
  readonly full: number;
  readonly wanted: number;
  readonly ready: number;
  /** Ready pods of a candidate that has traffic: what it serves would be lost or pile up on the stable pods that are left. */
  readonly serving: number;
  /** Intended share of the candidate, 0..1; 1 as soon as it is being promoted. */
  readonly weight: number;
}

/**
 * Reads the sizes of both revisions from their Deployments, which the watchdog may read too.
 */
export async function footing(api: KubeApi, state: RolloutState): Promise<Footing> {
  const { stable, candidate, namespace } = state;
  const find = (revision: Revision | null): Promise<KubeObject | null> =>
    revision === null ? Promise.resolve(null) : api.find(resources.deployment, namespace, revision.deployment);
  const [ours, other] = await Promise.all([find(stable), find(candidate)]);
  const hasTraffic = state.weight > 0 || state.progress === 'promoting';
  return {
    gone: stable !== null && ours === null,
    full: stable?.replicas ?? 0,
    wanted: (ours?.['spec'] as { replicas?: number } | undefined)?.replicas ?? 0,
    ready: readyPods(ours),
    // Where there is no room for both, the candidate has to go before the stable revision can come.
    serving: hasTraffic && state.strategy !== 'recreate' ? readyPods(other) : 0,
    weight: state.progress === 'promoting' ? 1 : state.weight,
  };
}

/**
 * True when all traffic may go to the stable revision at once: the candidate serves nobody anyway, or no stable pod gets more than twice a
 * load that it bears. So half of the pods are enough, and so are those that bear at least half of the traffic now: a candidate with a small
 * share is never left in place to wait for stable pods that hardly get anything from it.
 */
export function isFirm({ gone, full, ready, serving, weight }: Footing): boolean {
  if (gone) return false;
  if (serving === 0 || ready >= Math.ceil(full / 2)) return true;
  // Behind one Service the pods share, whatever share was intended.
  return weight <= 0.5 && serving <= ready;
}

export interface FootingOptions {
  /** How long the stable revision may take to come back. */
  readonly waitMs: number;
  /** Every look; renews the lease of whoever waits. */
  readonly beat: () => Promise<void>;
  /** Told once, when there is something to wait for. */
  readonly tell: (message: string) => void;
  readonly signal?: AbortSignal;
}

/**
 * Waits until the stable revision can take all the traffic, and brings a shrunk or deleted one back to its full size meanwhile. False: the time is
 * over and not one of its pods is ready, while the candidate has some: moving the traffic then would end all service.
 */
export async function awaitFooting(
  api: KubeApi,
  fence: Fence,
  state: RolloutState,
  options: FootingOptions,
): Promise<boolean> {
  const deadline = performance.now() + options.waitMs;
  for (let told = false; ; told = true) {
    const now = await footing(api, state);
    if (isFirm(now) || state.stable === null) return true;
    if (now.gone && !(await makeAgain(fence, state, state.stable, options)) && now.serving === 0) return true;
    if (!told) {
      options.tell(
        `${state.stable.name} has ${now.ready} of ${now.full} pods ready: it gets the traffic back when it can bear it, with half of them at the latest.`,
      );
    }
    if (!now.gone && now.wanted < now.full) await scale(fence, state.stable, now.full);
    if (performance.now() >= deadline || options.signal?.aborted === true) return now.ready > 0;
    await options.beat();
    await delay(1000, undefined, { signal: options.signal }).catch(() => undefined);
  }
}

/** Makes a deleted stable revision again from its record; false when there is none, or no right to (the watchdog has none). */
async function makeAgain(
  fence: Fence,
  state: RolloutState,
  stable: Revision,
  { tell }: Pick<FootingOptions, 'tell'>,
): Promise<boolean> {
  const record = state.records?.find(({ revision }) => revision.name === stable.name);
  if (record === undefined) return false;
  const { model, namespace } = state;
  const facts = { model, namespace, epoch: fence.epoch, replicas: stable.replicas };
  try {
    const deployment = await fence.create(resources.deployment, recordedDeployment(record, facts));
    // It went with the Deployment, its owner, and a gateway sends to it.
    const service = { name: model, deploy: { namespace, service: { port: state.port } } };
    await createRevisionService(fence, service, stable.name, deployment);
  } catch (error) {
    if (isCode(error, 'kubernetes/forbidden')) return false;
    throw error;
  }
  tell(`Deployment ${stable.deployment} was deleted by somebody else; it is made again from its record.`);
  return true;
}

/**
 * Why traffic stays on a revision that was given up.
 */
export function stableDown(state: RolloutState): MlDeployError {
  return new MlDeployError({
    code: 'rollout/stable-down',
    kind: 'infrastructure',
    message: `${state.stable?.name ?? 'The stable revision'} has no ready pod: the traffic stays on ${state.candidate?.name ?? 'the candidate'}, which has some.`,
    hint: 'Repair the stable revision and run `ml-deploy rollback` again, or accept the candidate with `ml-deploy promote`.',
  });
}
