import { holdRollout, rollBack } from '../ending.ts';
import type { StepVerdict } from '../judge.ts';
import type { PlannedStep } from '../plan.ts';
import type { Ending, Run } from '../run.ts';

/**
 * What the verdict of a step means for the rollout; null: on to the next step.
 */
export async function endingOf(
  run: Run,
  index: number,
  step: PlannedStep,
  verdict: StepVerdict,
): Promise<Ending | null> {
  const { reasons } = verdict;
  switch (verdict.decision) {
    case 'rollback':
      return rollBack(run, { outcome: 'failed', reasons, ended: 'rolled back', diagnose: true });
    case 'promote':
      return step.approval
        ? holdRollout(run, index, [`Step ${index + 1} passed and waits for approval.`, ...reasons])
        : null;
    case 'inconclusive':
      return inconclusive(run, index, verdict);
  }
}

async function inconclusive(run: Run, index: number, verdict: StepVerdict): Promise<Ending | null> {
  const reasons = [`Step ${index + 1} reached its deadline without enough evidence.`, ...verdict.reasons];
  switch (run.config.rollout.onInconclusive) {
    case 'rollback':
      return rollBack(run, { outcome: 'inconclusive', reasons, ended: 'rolled back', diagnose: false });
    case 'hold':
      return holdRollout(run, index, reasons);
    case 'promote':
      // A choice of the user, but never on no traffic at all: then nothing whatever is known.
      return run.record.totals.candidate.requests === 0 ? holdRollout(run, index, reasons) : null;
  }
}
