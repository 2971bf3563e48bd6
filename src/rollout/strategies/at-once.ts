import { awaitReady, createCandidate } from '../candidate.ts';
import { pinScaling } from '../pin.ts';
import { promote } from '../promotion.ts';
import { removeOthers } from '../retire.ts';
import type { Ending, Run } from '../run.ts';
import type { Revision } from '../state.ts';
import { createTraffic } from '../traffic/create.ts';
import { armWatchdog } from '../watchdog/launch.ts';

/**
 * A person answers for the candidate (a forced hotfix, a return to an older revision): no statistics, but every pod is ready and warm
 * before the traffic moves, all of it at once.
 */
export async function atOnce(run: Run, planned: Revision): Promise<Ending> {
  await armWatchdog(run);
  const stable = await pinScaling(run, planned);
  const { candidate } = run.plan;
  await removeOthers(run, [stable, candidate]);
  await createTraffic(run, stable.name);
  await createCandidate(run, candidate.replicas);
  await awaitReady(run, candidate, candidate.replicas);
  run.record.event('candidate-ready', `${candidate.name} is ready and warm.`);
  return promote(run, stable, [whyUnjudged(run)], null);
}

/** Why no statistics were asked, for state, evidence and report. */
export function whyUnjudged({ plan }: Pick<Run, 'plan'>): string {
  const { force, undo } = plan.request;
  if (force !== null) return `${force.by} skipped the statistics: ${force.reason}`;
  return `a person went back from ${plan.stable?.name ?? 'nothing'} to ${undo?.to ?? plan.candidate.name}; all its pods are ready.`;
}
