import { randomUUID } from 'node:crypto';
import type { KubeApi } from '../../kubernetes/api.ts';
import type { Fence } from '../fence.ts';
import { leaseRef } from '../lease.ts';
import { restoreTraffic, scale, standDown, trafficOf } from '../restore.ts';
import type { RolloutState, StateStore } from '../state.ts';
import { takeOver } from '../takeover.ts';
import { seizedRefs } from './rules.ts';

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
  // Promoted already, only the old pods were left: there is nothing to resume.
  const promoted = state.progress === 'retiring';
  if (promoted && state.previous !== null) await scale(fence, state.previous, 0);
  await store.update({
    phase: promoted ? 'done' : 'abandoned',
    progress: 'ended',
    epoch: fence.epoch,
    weight: 0,
    step: -1,
    reasons: [
      promoted
        ? 'The engine was not heard of any more after the promotion; the watchdog retired the previous revision.'
        : 'The engine was not heard of any more; the watchdog returned all traffic to the stable revision.',
    ],
    history: [
      ...state.history,
      {
        at: new Date().toISOString(),
        revision: (state.candidate ?? state.stable)?.name ?? '',
        image: (state.candidate ?? state.stable)?.image ?? '',
        ended: promoted ? 'promoted' : 'abandoned',
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
  return takeOver(api, {
    namespace: state.namespace,
    knownEpoch: state.epoch,
    traffic: trafficOf(state),
    restoreTo: state.stable?.name ?? null,
    others: seizedRefs(state),
    engine: randomUUID(),
  });
}
