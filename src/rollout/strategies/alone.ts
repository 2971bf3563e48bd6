import { Judge } from '../judge.ts';
import { promote } from '../promotion.ts';
import type { Ending, Run } from '../run.ts';
import type { Revision } from '../state.ts';
import { switchOver } from '../weight.ts';
import { endingOf } from './verdict.ts';

/**
 * The ready candidate gets all the traffic and is judged against the slo alone: the stable revision has no traffic to compare with.
 * Steps that a person answered for are not taken again.
 */
export async function switchAndJudge(run: Run, stable: Revision): Promise<Ending> {
  const { plan, record } = run;
  const judge = new Judge(run, null);
  await judge.baseline();
  let reasons: readonly string[] = ['A person released the hold.'];
  let weight = 0;
  for (const [index, step] of plan.steps.entries()) {
    if (index < run.fromStep || step.share === 0) continue;
    await judge.closeTick(weight);
    judge.analysis.startStep(index, step.share);
    await switchOver(run, index);
    weight = step.share;
    const verdict = await judge.step(index, step);
    record.event('decision', `Step ${index + 1}: ${verdict.decision}. ${verdict.reasons.join(' ')}`);
    const ending = await endingOf(run, index, step, verdict);
    if (ending !== null) return ending;
    reasons = verdict.reasons;
  }
  return promote(run, stable, reasons, { judge, weight });
}
