import { MlDeployError } from '../errors.ts';
import { untilCalm } from './calm.ts';
import { awaitReady } from './candidate.ts';
import { diagnose } from './diagnosis.ts';
import { isCode } from './fence.ts';
import { awaitFooting, stableDown } from './footing.ts';
import { leaseRef } from './lease.ts';
import { persist } from './persist.ts';
import { isGone, revisionPods } from './pods.ts';
import { admitTesters, restoreTraffic, standDown } from './restore.ts';
import type { CandidateEnd } from './restore.ts';
import type { Ending, Run } from './run.ts';
import { endedWith } from './state.ts';
import type { HistoryEntry, Hold, RolloutState } from './state.ts';
import { createTraffic } from './traffic/create.ts';
import { dismissWatchdogs } from './watchdog/launch.ts';

/** Why a rollout ends without promotion. */
export interface Defeat {
  readonly outcome: 'failed' | 'error' | 'inconclusive';
  readonly reasons: readonly string[];
  readonly ended: HistoryEntry['ended'];
  /** Collect events and logs before the candidate goes; not when somebody waits with a finger on the kill switch. */
  readonly diagnose: boolean;
}

/** How long the cluster may be out of reach while traffic has to be restored. */
const restoreMs = 5 * 60_000;

/**
 * Ends the rollout in favour of the stable revision, and tells why even when that could not be finished: evidence against a revision is
 * not lost because the cluster failed afterwards. `rollout/superseded` when there is none and somebody else took over.
 */
export async function rollBack(run: Run, defeat: Defeat): Promise<Ending> {
  try {
    return await returnToStable(run, defeat);
  } catch (error) {
    if (!(error instanceof MlDeployError)) throw error;
    if (isCode(error, 'rollout/superseded') && defeat.outcome === 'error') throw error;
    const unfinished = `The rollback was not finished: ${error.message}`;
    return {
      outcome: defeat.outcome,
      decision: decisionOf(defeat),
      summary: `${run.plan.candidate.name} was given up: ${defeat.reasons[0] ?? 'no reason given'} ${unfinished}`,
      reasons: [...defeat.reasons, unfinished, ...(error.hint === undefined ? [] : [error.hint])],
      diagnosis: [],
    };
  }
}

/**
 * Traffic first, then the diagnosis, then the candidate's end. A first deploy leaves nothing behind.
 */
export async function returnToStable(run: Run, defeat: Defeat): Promise<Ending> {
  const { fence, store, api, plan, record, config } = run;
  const state = present(run);
  if (!(await bringBack(run, state))) return stayOn(run, defeat);
  record.event(
    'restored',
    state.stable === null ? 'The candidate has no traffic any more.' : `All traffic is back on ${state.stable.name}.`,
    0,
  );
  const pods = defeat.diagnose
    ? await revisionPods(api, config.name, config.deploy.namespace, plan.candidate.name)
    : [];
  const diagnosis = await diagnose(
    api,
    config.deploy.namespace,
    pods.filter((pod) => !isGone(pod)),
  );
  const verdict = defeat.outcome === 'failed' ? (defeat.reasons[0] ?? 'no reason given') : null;
  await store.update({ progress: 'restoring', weight: 0, verdict });
  // A candidate that does harm goes at once; so does everything when somebody waits with a finger on the kill switch.
  if (defeat.outcome !== 'failed') await calm(run);
  await standDown(fence, state, 'remove');
  record.event('retired', `Removed ${plan.candidate.deployment}.`);
  const back = await serviceAgain(run, state);
  await finish(run, {
    ended: defeat.ended,
    reason: defeat.reasons[0] ?? '',
    ...(defeat.outcome === 'failed' ? { blamed: true } : {}),
  });
  return {
    outcome: defeat.outcome,
    decision: decisionOf(defeat),
    summary: `${plan.candidate.name} was rolled back, ${back}: ${defeat.reasons[0] ?? 'no reason given'}`,
    reasons: defeat.reasons,
    diagnosis,
  };
}

/** How the service stands after a rollback; one that had to make room is awaited until it is back. */
async function serviceAgain(run: Run, { stable, strategy }: RolloutState): Promise<string> {
  if (stable === null) return 'nothing was left behind';
  if (strategy !== 'recreate') return `${stable.name} serves`;
  if (run.signal.aborted) return `${stable.name} is starting`;
  try {
    await awaitReady(run, stable, stable.replicas);
  } catch (error) {
    if (!(error instanceof MlDeployError) || isCode(error, 'rollout/superseded')) throw error;
    run.reporter.note('warning', `${stable.name} is not back yet: ${error.message}`);
    return `${stable.name} is starting`;
  }
  run.record.event('service-back', `${stable.name} is ready again.`);
  return `${stable.name} serves`;
}

/** Nobody could take the traffic from the candidate: it keeps it, held for a person, rather than that nobody is served. */
async function stayOn(run: Run, defeat: Defeat): Promise<Ending> {
  const { fence, store, record, plan, config } = run;
  const { message, hint } = stableDown(present(run));
  const reasons = [...defeat.reasons, message, ...(hint === undefined ? [] : [hint])];
  const until = new Date(Date.now() + config.rollout.holdMs).toISOString();
  await store.update({ phase: 'held', hold: { reason: message, step: present(run).step, until }, reasons });
  await fence.delete(leaseRef(config.name));
  await dismissWatchdogs(run.api, store.ref, fence.epoch);
  record.event('held', message);
  return {
    outcome: defeat.outcome === 'failed' ? 'failed' : 'held',
    decision: 'held',
    summary: `${plan.candidate.name} should be rolled back (${defeat.reasons[0] ?? 'no reason given'}), but: ${message}`,
    reasons,
    diagnosis: [],
  };
}

/** Before pods of a candidate end that nobody accuses. */
function calm({ api, lease, reporter, signal }: Run): Promise<void> {
  const tell = (message: string): void => reporter.note('warning', message);
  return untilCalm(api, { signal, beat: () => lease.beat(), tell });
}

function decisionOf({ outcome }: Defeat): Ending['decision'] {
  return outcome === 'failed' ? 'rollback' : outcome === 'inconclusive' ? 'inconclusive' : 'none';
}

/**
 * Sends the traffic back as soon as the stable revision can take it; false when it cannot. A Service or route that somebody deleted is
 * made again: without it nobody is served.
 */
async function bringBack(run: Run, state: RolloutState): Promise<boolean> {
  const { api, fence, signal, reporter, lease } = run;
  const firm = await persist(
    () =>
      awaitFooting(api, fence, state, {
        waitMs: run.config.rollout.readyTimeoutMs,
        beat: () => lease.beat(),
        tell: (message) => reporter.note('warning', message),
        signal,
      }),
    { forMs: restoreMs, everyMs: 2000, onFailure: ({ message }) => reporter.note('warning', message) },
  );
  if (!firm) return false;
  const restore = async (): Promise<void> => {
    const missing = await restoreTraffic(run.fence, state);
    if (state.stable !== null && missing.length > 0) await createTraffic(run, state.stable.name);
  };
  const onFailure = ({ message }: MlDeployError): void =>
    run.reporter.note(
      'warning',
      `Traffic is not restored yet, trying again for ${restoreMs / 60_000} minutes: ${message}`,
    );
  await persist(restore, { forMs: restoreMs, everyMs: 2000, onFailure });
  return true;
}

/**
 * Waits for a person: traffic on the stable revision, the candidate kept without pods (with one for testers; with `stay` as it is: it
 * has no traffic yet), no lease, until `rollout.hold` is over.
 */
export async function holdRollout(
  run: Run,
  step: number,
  reasons: readonly string[],
  end: CandidateEnd = 'keep',
): Promise<Ending> {
  const { fence, store, record, plan, config } = run;
  const state = present(run);
  if (!(await bringBack(run, state)))
    return stayOn(run, { outcome: 'inconclusive', reasons, ended: 'held', diagnose: false });
  record.event(
    'restored',
    `All traffic is on ${state.stable?.name ?? 'nobody'} while ${plan.candidate.name} is held.`,
    0,
  );
  await calm(run);
  const hasTesters = (state.header ?? null) !== null;
  await standDown(fence, state, hasTesters && end === 'keep' && state.strategy !== 'recreate' ? 'testers' : end);
  if (hasTesters && state.strategy !== 'recreate') await admitTesters(fence, state);
  await serviceAgain(run, state);
  const until = new Date(Date.now() + config.rollout.holdMs).toISOString();
  const hold: Hold = { reason: reasons[0] ?? '', step, until };
  await store.update({ phase: 'held', hold, weight: 0, reasons });
  await fence.delete(leaseRef(config.name));
  await dismissWatchdogs(run.api, store.ref, fence.epoch);
  record.event('held', `${plan.candidate.name} is held until ${until}: ${hold.reason}`);
  return {
    outcome: 'held',
    decision: 'held',
    summary: `${plan.candidate.name} is held until ${until}: ${hold.reason} Continue with \`ml-deploy promote\` or \`ml-deploy resume\`, or end it with \`ml-deploy rollback\`.`,
    reasons,
    diagnosis: [],
  };
}

/**
 * Writes the end into the state and gives back lease and watchdog. A first deploy that came to nothing takes its state with it.
 */
export async function finish(run: Run, end: Pick<HistoryEntry, 'ended' | 'reason' | 'blamed'>): Promise<void> {
  const { fence, store, plan, config } = run;
  const state = present(run);
  const { force, retry, undo } = plan.request;
  const entry: HistoryEntry = {
    at: new Date().toISOString(),
    revision: plan.candidate.name,
    image: plan.candidate.image,
    template: plan.candidate.template,
    ...end,
    ...(force === null ? {} : { forced: force }),
    ...(retry ? { retried: true } : {}),
    ...(undo === null || plan.stable === null ? {} : { undid: plan.stable.name }),
  };
  // An error after this write ends the same rollout once more.
  if (state.phase !== 'done') await store.update(endedWith(state, entry));
  // The watchdog last: it removes a lease that this engine leaves behind by dying here.
  await fence.delete(leaseRef(config.name));
  await dismissWatchdogs(run.api, store.ref, fence.epoch);
  if (state.stable === null) await store.remove();
}

function present(run: Run): RolloutState {
  if (run.store.state === null) throw new Error('a rollout ends that never had a state');
  return run.store.state;
}
