import { MlDeployError } from '../errors.ts';
import { finish, returnToStable, rollBack } from './ending.ts';
import { isCode } from './fence.ts';
import { scale } from './restore.ts';
import type { Ending, Run } from './run.ts';
import { canary } from './strategies/canary.ts';
import { firstDeploy } from './strategies/first.ts';
import { interrupted } from './wait.ts';

/**
 * Runs the strategy, and whatever goes wrong returns the traffic to the stable revision before anything else. Only `rollout/superseded`
 * leaves the cluster alone: then somebody else is responsible. An interrupt is restored too and then thrown.
 */
export async function runMachine(run: Run): Promise<Ending> {
  try {
    return run.plan.stable === null ? await firstDeploy(run) : await canary(run, run.plan.stable);
  } catch (error) {
    if (isCode(error, 'rollout/superseded')) throw error;
    if (run.store.state?.stable?.name === run.plan.candidate.name) return await finishPromotion(run, error);
    if (run.signal.aborted) return await interrupt(run);
    return await giveUp(run, error);
  }
}

async function interrupt(run: Run): Promise<never> {
  const stable = run.store.state?.stable ?? null;
  const reasons = ['The rollout was interrupted by a signal.'];
  await returnToStable(run, { outcome: 'error', reasons, ended: 'interrupted', diagnose: false });
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
  if (previous !== null) await scale(fence, previous, run.config.rollout.keepPrevious);
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
