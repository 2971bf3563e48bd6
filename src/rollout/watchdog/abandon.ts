import { randomUUID } from 'node:crypto';
import type { KubeApi } from '../../kubernetes/api.ts';
import { leaseRef } from '../lease.ts';
import { deploymentRef, revisionServiceRef, scalingRefs } from '../names.ts';
import { restoreTraffic, standDown, trafficOf } from '../restore.ts';
import type { Revision, RolloutState, StateStore } from '../state.ts';
import { takeOver } from '../takeover.ts';
import type { Fence } from '../fence.ts';

/**
 * Takes a running rollout from an engine that is gone and puts the stable revision back: the first write raises the epoch and moves
 * the traffic at once. The candidate keeps its objects but no pods, so that `resume` can go on with the counts.
 */
export async function abandon(api: KubeApi, store: StateStore): Promise<Fence> {
  const state = store.state;
  if (state === null) throw new Error('there is no rollout to abandon');
  const fence = await seize(api, state);
  if (state.stable === null) await restoreTraffic(fence, state);
  await standDown(fence, state, 'keep');
  await store.update({
    phase: 'abandoned',
    progress: 'ended',
    epoch: fence.epoch,
    weight: 0,
    step: -1,
    reasons: ['The engine was not heard of any more; the watchdog returned all traffic to the stable revision.'],
    history: [
      ...state.history,
      {
        at: new Date().toISOString(),
        revision: (state.candidate ?? state.stable)?.name ?? '',
        image: (state.candidate ?? state.stable)?.image ?? '',
        ended: 'abandoned',
        reason: 'lease lost',
      },
    ],
  });
  await fence.delete(leaseRef(state.model));
  return fence;
}

/**
 * Raises the epoch on everything a state names, and restores its stable revision in the same patch.
 */
export async function seize(api: KubeApi, state: RolloutState): Promise<Fence> {
  const { model, namespace, stable } = state;
  const revisions = [state.stable, state.candidate, state.previous].filter((each): each is Revision => each !== null);
  return takeOver(api, {
    namespace,
    knownEpoch: state.epoch,
    traffic: trafficOf(state),
    restoreTo: stable?.name ?? null,
    others: [
      leaseRef(model),
      ...revisions.map((each) => ({ ...deploymentRef(model, each.name), name: each.deployment })),
      ...revisions.map((each) => revisionServiceRef(model, each.name)),
      ...scalingRefs(model),
    ],
    engine: randomUUID(),
  });
}
