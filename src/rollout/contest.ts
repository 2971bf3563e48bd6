import type { KubeApi } from '../kubernetes/api.ts';
import { epochOf, isCode } from './fence.ts';
import { leaseRef } from './lease.ts';
import type { ModelRef } from './names.ts';
import { trafficOf } from './restore.ts';
import { StateStore } from './state.ts';
import type { RolloutState } from './state.ts';
import { takerOf } from './taker.ts';
import type { Taker } from './taker.ts';
import { sleep } from './wait.ts';
import { seizedRefs } from './watchdog/rules.ts';

/** A watchdog or rollback that does nothing visible for so long has died: its next write is never further away. */
const quietMs = 5000;

/** Longer than any rollback takes; who is at work until then is waited for. */
const limitMs = 15 * 60_000;

/**
 * True when a write failed because somebody else took the same rollout over at that moment.
 */
export function isLost(error: unknown): boolean {
  return ['rollout/superseded', 'kubernetes/conflict', 'kubernetes/not-found'].some((code) => isCode(error, code));
}

/**
 * After a lost race: lets a watchdog or a rollback that was quicker come to its end, so that two of them never fight, and returns who it
 * was. An engine is not waited for. Returns too when nothing is seen to happen for some seconds. An abort throws `rollout/interrupted`.
 */
export async function letFinish(api: KubeApi, ref: ModelRef, signal: AbortSignal): Promise<Taker | null> {
  const began = performance.now();
  let by: Taker | null = null;
  let seen = '';
  let since = began;
  for (;;) {
    // Also before the first look: who was quicker has many objects to write.
    await sleep((performance.now() - began < 10_000 ? 500 : 2000) * (0.75 + Math.random() / 2), signal);
    const { state } = await StateStore.load(api, ref);
    if (state === null) return by;
    const last = await lastTaker(api, state);
    by = last.by;
    if (state.phase === 'done' || (by !== 'watchdog' && by !== 'rollback')) return by;
    if (by === 'watchdog' && state.phase === 'abandoned') return by;
    const lease = await api.find(leaseRef(ref.model).resource, ref.namespace, leaseRef(ref.model).name);
    const sign = JSON.stringify([last.epoch, state.writer, lease?.['spec']]);
    const now = performance.now();
    if (sign !== seen) [seen, since] = [sign, now];
    if (now - since >= quietMs || now - began >= limitMs) return by;
  }
}

/** Who has the highest epoch: a takeover claims the traffic objects first, and there may be none (a first deploy). */
async function lastTaker(
  api: KubeApi,
  state: RolloutState,
): Promise<{ readonly by: Taker | null; readonly epoch: number }> {
  let last: { by: Taker | null; epoch: number } = { by: null, epoch: 0 };
  for (const refs of [trafficOf(state), seizedRefs(state)]) {
    for (const ref of refs) {
      const object = await api.find(ref.resource, state.namespace, ref.name);
      const epoch = epochOf(object, ref);
      if (epoch > last.epoch) last = { by: takerOf(object, ref), epoch };
    }
    if (last.epoch > 0) break;
  }
  return last;
}
