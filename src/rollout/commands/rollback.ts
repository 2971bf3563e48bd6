import type { KubeApi } from '../../kubernetes/api.ts';
import type { Reporter, Task } from '../../pipeline/reporter.ts';
import { comeBack, seize } from '../watchdog/abandon.ts';
import { dismissWatchdogs } from '../watchdog/launch.ts';
import { ClusterEvents } from '../cluster-events.ts';
import { isLost, letFinish } from '../contest.ts';
import { stableDown } from '../footing.ts';
import { leaseRef } from '../lease.ts';
import { describe } from '../names.ts';
import type { ModelRef, ObjectRef } from '../names.ts';
import { restoreTraffic, scale, standDown, trafficOf } from '../restore.ts';
import { endedWith, StateStore } from '../state.ts';
import type { RolloutState } from '../state.ts';
import { takerText } from '../taker.ts';
import { allGoTo } from '../traffic/as-written.ts';

export interface RollbackRequest extends ModelRef {
  /** Only when the rollout is still the one of this engine (Access.host): clean-up after a run must not end somebody else's. */
  readonly onlyHolder?: string;
  /** Ends only the wait for somebody else who took over; what was begun is finished. */
  readonly signal?: AbortSignal;
}

export interface RollbackReport {
  /** False when there was nothing to roll back. */
  readonly changed: boolean;
  readonly summary: string;
  /** Revision that serves now; null when there is none. */
  readonly stable: string | null;
}

/** So often it begins anew after somebody else was quicker; each time it lets a watchdog or another rollback finish. */
const attempts = 6;

/**
 * Ends a running, held or abandoned rollout in favour of the stable revision. Needs only name and namespace; pre-empts a live engine
 * by its first write, which raises the epoch and moves the traffic; does nothing when idle. When somebody else takes over at the same
 * moment it looks at what they leave, and goes on until the stable revision serves.
 */
export async function rollback(request: RollbackRequest, api: KubeApi, reporter: Reporter): Promise<RollbackReport> {
  const signal = request.signal ?? new AbortController().signal;
  let lostTo: string | null = null;
  for (let attempt = 1; ; attempt++) {
    try {
      return await bringBack(request, api, reporter, lostTo);
    } catch (error) {
      if (!isLost(error) || attempt >= attempts) throw error;
      reporter.note('info', 'Somebody else took this rollout over at the same moment: looking at what they do.');
      lostTo = takerText(await letFinish(api, request, signal));
    }
  }
}

/** One attempt; `lostTo`: who was quicker in the one before. */
async function bringBack(
  request: RollbackRequest,
  api: KubeApi,
  reporter: Reporter,
  lostTo: string | null,
): Promise<RollbackReport> {
  const { model, namespace } = request;
  const before = await StateStore.load(api, { model, namespace });
  if (before.state === null || before.state.phase === 'done') {
    if (lostTo !== null && (await isInForce(api, before.state))) return endedBy(lostTo, request, before.state);
    const what = before.state === null ? 'ml-deploy knows no model' : 'There is no unfinished rollout of';
    if (lostTo === null) return idle(before.state, `${what} ${model} in namespace ${namespace}; nothing to do.`);
  }
  if (request.onlyHolder !== undefined && !(await isOf(request.onlyHolder, request, before.state, api))) {
    return idle(
      before.state,
      `The rollout of ${model} in namespace ${namespace} is not running for ${request.onlyHolder}; nothing to do.`,
    );
  }
  const task = reporter.task(`Rolling back ${model}`);
  try {
    return await takeBack(request, before, api, reporter, task);
  } catch (error) {
    task.fail();
    throw error;
  }
}

async function takeBack(
  request: RollbackRequest,
  before: StateStore,
  api: KubeApi,
  reporter: Reporter,
  task: Task,
): Promise<RollbackReport> {
  const { model, namespace } = request;
  const seized = await seize(api, before, 'rollback');
  if (seized === null || (seized.state.phase === 'done' && seized.state.stable !== null)) {
    task.done('it ended by itself');
    return idle(seized?.state ?? null, `The rollout of ${model} in namespace ${namespace} ended by itself meanwhile.`);
  }
  const { fence, store, state } = seized;
  if (!seized.restored && !(await comeBack(api, seized, (line) => reporter.note('warning', line)))) {
    await store.update({ ...stayed(state), epoch: fence.epoch });
    await fence.delete(leaseRef(model));
    await dismissWatchdogs(api, request, fence.epoch);
    throw stableDown(state);
  }
  const missing = await restoreTraffic(fence, state);
  await standDown(fence, state, 'remove');
  const promoted = state.progress === 'retiring';
  if (promoted && state.previous !== null) await scale(fence, state.previous, 0);
  await store.update({ ...ended(state, promoted), epoch: fence.epoch });
  await fence.delete(leaseRef(model));
  await dismissWatchdogs(api, request, fence.epoch);
  if (state.stable === null) await store.remove();
  const summary = summaryOf(state, missing);
  task.done(summary);
  await report(api, request, summary, reporter);
  return { changed: true, summary, stable: state.stable?.name ?? null };
}

/** True when the traffic objects send everything to the stable revision of a rollout that is over. */
async function isInForce(api: KubeApi, state: RolloutState | null): Promise<boolean> {
  const stable = state?.stable ?? null;
  if (state === null || stable === null) return true;
  return allGoTo(api, state.namespace, trafficOf(state), stable.name);
}

function endedBy(who: string, { model, namespace }: ModelRef, state: RolloutState | null): RollbackReport {
  const stable = state?.stable ?? null;
  const now = stable === null ? 'nothing of it is left behind' : `${stable.name} serves all traffic of ${model}`;
  return idle(
    state,
    `The rollout of ${model} in namespace ${namespace} was ended by ${who} at the same moment: ${now}.`,
  );
}

async function isOf(holder: string, ref: ModelRef, state: RolloutState | null, api: KubeApi): Promise<boolean> {
  return state?.phase === 'running' && (await holderOf(api, ref)) === holder;
}

function summaryOf({ model, stable, strategy }: RolloutState, missing: readonly ObjectRef[]): string {
  if (stable === null) return `The first deploy of ${model} was removed; nothing is left behind.`;
  if (missing.length > 0)
    return `${stable.name} is stable again, but ${missing.map(describe).join(' and ')} does not exist: \`ml-deploy rollout\` creates it.`;
  return strategy === 'recreate'
    ? `${stable.name} is starting again and gets all traffic of ${model}.`
    : `${stable.name} serves all traffic of ${model}.`;
}

/** Nobody can take the traffic: a person has to look, and whoever looks a day later tries again. */
function stayed(state: RolloutState): Partial<RolloutState> {
  const { message } = stableDown(state);
  const until = new Date(Date.now() + 24 * 3_600_000).toISOString();
  return { phase: 'held', hold: { reason: message, step: state.step, until }, reasons: [message] };
}

/** Best effort, after everything that matters. */
async function report(api: KubeApi, ref: ModelRef, summary: string, reporter: Reporter): Promise<void> {
  const events = new ClusterEvents(api, ref, 'rollback', (message) => reporter.note('info', message));
  events.emit('RolledBack', `By a command: ${summary}`);
  await events.flush();
}

/** The state after a rollback; a promotion that was only not tidied up yet stays one, and the verdict of an engine that died stays a verdict. */
function ended(state: RolloutState, promoted: boolean): Partial<RolloutState> {
  const verdict = state.verdict ?? null;
  const reason = promoted ? 'promotion was finished by a rollback command' : (verdict ?? 'rolled back by a command');
  const subject = state.candidate ?? state.stable;
  return endedWith(state, {
    at: new Date().toISOString(),
    revision: subject?.name ?? '',
    image: subject?.image ?? '',
    template: subject?.template ?? null,
    ended: promoted ? 'promoted' : 'rolled back',
    reason,
    ...(promoted || verdict === null ? {} : { blamed: true as const }),
  });
}

function idle(state: RolloutState | null, summary: string): RollbackReport {
  return { changed: false, summary, stable: state?.stable?.name ?? null };
}

async function holderOf(api: KubeApi, ref: ModelRef): Promise<string | null> {
  const lease = leaseRef(ref.model);
  const found = await api.find(lease.resource, ref.namespace, lease.name);
  return (found?.['spec'] as { holderIdentity?: string } | undefined)?.holderIdentity ?? null;
}
