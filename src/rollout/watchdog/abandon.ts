import type { KubeApi } from '../../kubernetes/api.ts';
import { microTime } from '../../kubernetes/objects/lease.ts';
import { untilCalm } from '../calm.ts';
import { isCode } from '../fence.ts';
import type { Fence } from '../fence.ts';
import { awaitFooting, footing, isFirm, stableDown } from '../footing.ts';
import { leaseRef } from '../lease.ts';
import { describe } from '../names.ts';
import type { ObjectRef } from '../names.ts';
import { restoreTraffic, scale, standDown, trafficOf } from '../restore.ts';
import { StateStore } from '../state.ts';
import type { HistoryEntry, RolloutState } from '../state.ts';
import { takeOver } from '../takeover.ts';
import { takerName } from '../taker.ts';
import type { Taker } from '../taker.ts';
import { seizedRefs } from './rules.ts';

/** Reason in the history of a rollout whose engine was not heard of any more. */
const leaseLost = 'lease lost';

/**
 * Takes a running rollout from an engine that is gone and puts the stable revision back: the first write raises the epoch and moves
 * the traffic at once, unless that would end all service (then it waits for the stable pods). The candidate keeps its objects but no
 * pods, so that `resume` can go on with the counts. Returns the state it left; null when there was nothing left to do.
 */
export async function abandon(
  api: KubeApi,
  store: StateStore,
  log: (line: string) => void = () => undefined,
): Promise<RolloutState | null> {
  const seized = await seize(api, store, 'watchdog');
  // Its engine came to the end at the last moment.
  if (seized === null || seized.state.phase === 'done') return null;
  const { fence, state } = seized;
  const firm = seized.restored || (await comeBack(api, seized, log));
  // Again where the claim did it already: only a write of its own tells what does not exist.
  const missing = firm ? await restoreTraffic(fence, state) : [];
  if (firm) await untilCalm(api, { beat: beatOf(seized), tell: log });
  if (firm) await standDown(fence, state, 'keep');
  // Promoted already, only the old pods were left: there is nothing to resume.
  const promoted = state.progress === 'retiring';
  if (promoted && state.previous !== null) await scale(fence, state.previous, 0);
  const left = await seized.store.update({
    phase: promoted ? 'done' : 'abandoned',
    progress: 'ended',
    epoch: fence.epoch,
    weight: firm ? 0 : state.weight,
    step: -1,
    reasons: [reasonOf(state, firm, promoted), ...missing.map(nobodyReaches)],
    history: [...state.history, entryOf(state, promoted)],
  });
  await fence.delete(leaseRef(state.model));
  return left;
}

/** An engine that died after its verdict leaves it to us: the next pipeline run must know it. */
function entryOf(state: RolloutState, promoted: boolean): HistoryEntry {
  const subject = state.candidate ?? state.stable;
  const verdict = promoted ? null : (state.verdict ?? null);
  return {
    at: new Date().toISOString(),
    revision: subject?.name ?? '',
    image: subject?.image ?? '',
    template: subject?.template ?? null,
    ended: promoted ? 'promoted' : 'abandoned',
    reason: verdict ?? leaseLost,
    ...(verdict === null ? {} : { blamed: true }),
  };
}

function reasonOf(state: RolloutState, firm: boolean, promoted: boolean): string {
  if (!firm) return `The engine was not heard of any more. ${stableDown(state).message}`;
  return promoted
    ? 'The engine was not heard of any more after the promotion; the watchdog retired the previous revision.'
    : 'The engine was not heard of any more; the watchdog returned all traffic to the stable revision.';
}

/** The watchdog has no right to create anything. */
function nobodyReaches(ref: ObjectRef): string {
  return `${describe(ref)} does not exist, so new clients reach nobody: \`ml-deploy rollback\` makes the Service again, \`ml-deploy rollout\` a route.`;
}

/** How long the stable revision may take to have ready pods while the candidate serves. */
const comeBackMs = 600_000;

/**
 * The lease goes on beating for other observers (without one, the state does); ours is the only engine now. False: traffic stays where
 * it is.
 */
export function comeBack(api: KubeApi, seized: Seizure, tell: (line: string) => void): Promise<boolean> {
  return awaitFooting(api, seized.fence, seized.state, { waitMs: comeBackMs, beat: beatOf(seized), tell });
}

/** Keeps others from taking over while we wait. */
function beatOf({ fence, store, state }: Seizure): () => Promise<void> {
  return async () => {
    const renewTime = microTime(new Date());
    const lease = await fence.patch(leaseRef(state.model), [{ op: 'add', path: '/spec/renewTime', value: renewTime }]);
    if (lease === null) await store.update({});
  };
}

/** A rollout that was taken from its engine. */
export interface Seizure {
  readonly fence: Fence;
  readonly store: StateStore;
  /** What was in force when the engine lost its right: nobody can change it any more from an older read. */
  readonly state: RolloutState;
  /** False: traffic was left where it is, because the stable revision could not take it at that moment. */
  readonly restored: boolean;
}

/** How often a live engine may write the state between our read and our write. */
const seizeAttempts = 10;

/**
 * Raises the epoch on everything the state names, restoring its stable revision in the same patch, then writes the state as it is: from
 * there on the engine's own write fails, and only what was just written decides. An engine that was quicker may have promoted meanwhile,
 * so after a conflict everything begins again from the state it left. Phase and epoch stay, so the watchdog stays on guard until the
 * end is written. Null when the state is gone. A state that is `done` by then has its traffic restored too.
 */
export async function seize(api: KubeApi, first: StateStore, by: Exclude<Taker, 'engine'>): Promise<Seizure | null> {
  let store = first;
  for (let attempt = 1; store.state !== null; attempt++) {
    const restored = isFirm(await footing(api, store.state));
    const fence = await takeEverything(api, store.state, restored, by);
    try {
      return { fence, store, state: await store.update({}), restored };
    } catch (error) {
      const changed = ['kubernetes/conflict', 'kubernetes/not-found', 'rollout/superseded'].some((code) =>
        isCode(error, code),
      );
      if (!changed || attempt >= seizeAttempts) throw error;
      store = await StateStore.load(api, first.ref);
    }
  }
  return null;
}

function takeEverything(api: KubeApi, state: RolloutState, restore: boolean, by: Taker): Promise<Fence> {
  return takeOver(api, {
    namespace: state.namespace,
    knownEpoch: state.epoch,
    traffic: trafficOf(state),
    restoreTo: restore ? (state.stable?.name ?? null) : null,
    others: seizedRefs(state),
    engine: takerName(by),
  });
}
