import { MlDeployError } from '../errors.ts';
import { finish, holdRollout, returnToStable, rollBack } from './ending.ts';
import { isCode } from './fence.ts';
import { scale } from './restore.ts';
import { keptPods } from './retire.ts';
import type { Ending, Run } from './run.ts';
import { atOnce } from './strategies/at-once.ts';
import { blueGreen } from './strategies/blue-green.ts';
import { canary } from './strategies/canary.ts';
import { firstDeploy } from './strategies/first.ts';
import { recreate } from './strategies/recreate.ts';
import { interrupted } from './wait.ts';

/**
 * Runs the strategy, and whatever goes wrong returns the traffic to the stable revision before anything else. Only `rollout/superseded`
 * leaves the cluster alone: then somebody else is responsible. An interrupt is restored too and then thrown.
 */
export async function runMachine(run: Run): Promise<Ending> {
  try {
    return await heedHands(run, () => carryOut(run));
  } catch (error) {
    if (isCode(error, 'rollout/superseded')) throw error;
    if (run.store.state?.stable?.name === run.plan.candidate.name) return await finishPromotion(run, error);
    if (run.signal.aborted) return await interrupt(run);
    return await giveUp(run, error);
  }
}

/** Traffic that somebody turns by hand blames nobody and is not turned back over them in silence: a person decides, as configured. */
async function heedHands(run: Run, work: () => Promise<Ending>): Promise<Ending> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof MlDeployError) || error.code !== 'rollout/traffic-turned') throw error;
    const reasons = [error.message, ...(error.hint === undefined ? [] : [error.hint])];
    return run.config.rollout.onInconclusive === 'rollback'
      ? rollBack(run, { outcome: 'inconclusive', reasons, ended: 'rolled back', diagnose: false })
      : holdRollout(run, Math.max(0, run.store.state?.step ?? 0), reasons);
  }
}

function carryOut(run: Run): Promise<Ending> {
  const { strategy, stable } = run.plan;
  if (stable === null) return firstDeploy(run);
  switch (strategy) {
    case 'blueGreen':
      return blueGreen(run, stable);
    case 'recreate':
      return recreate(run, stable);
    case 'atOnce':
      return atOnce(run, stable);
    default:
      return canary(run, stable);
  }
}

async function interrupt(run: Run): Promise<never> {
  const stable = run.store.state?.stable ?? null;
  const reasons = ['The rollout was interrupted by a signal.'];
  const ending = await returnToStable(run, { outcome: 'error', reasons, ended: 'interrupted', diagnose: false });
  if (ending.decision === 'held' || run.plan.strategy === 'recreate') throw interrupted(ending.summary);
  throw interrupted(
    stable === null
      ? 'The first deploy was interrupted; nothing was left behind.'
      : `The rollout was interrupted; ${stable.name} serves all traffic.`,
  );
}

/** The candidate already is the stable revision: what went wrong afterwards does not undo that. */
async function finishPromotion(run: Run, error: unknown): Promise<Ending> {
  const { store, fence, plan, signal } = run;
  const reason = signal.aborted ? 'interrupted by a signal' : error instanceof Error ? error.message : String(error);
  const previous = store.state?.previous ?? null;
  if (previous !== null) await scale(fence, previous, keptPods(run));
  await finish(run, { ended: 'promoted', reason });
  const summary = `${plan.candidate.name} was promoted and serves all traffic; what comes after was not finished: ${reason}`;
  if (signal.aborted) throw interrupted(summary);
  return { outcome: 'error', decision: 'promote', summary, reasons: [summary], diagnosis: [] };
}

/** A `model` error is evidence against the revision; anything else blames nobody. */
async function giveUp(run: Run, error: unknown): Promise<Ending> {
  const known = error instanceof MlDeployError;
  const reasons = [known ? error.message : `Internal error: ${error instanceof Error ? error.message : String(error)}`];
  if (known && error.hint !== undefined) reasons.push(error.hint);
  const blamed = known && error.kind === 'model';
  const ending = await rollBack(run, {
    outcome: blamed ? 'failed' : 'error',
    reasons,
    ended: 'rolled back',
    diagnose: true,
  });
  if (!known) throw error;
  return ending;
}
