import { awaitReady, createCandidate } from '../candidate.ts';
import { holdRollout } from '../ending.ts';
import { revisionServiceRef } from '../names.ts';
import { pinScaling } from '../pin.ts';
import { removeOthers } from '../retire.ts';
import type { Ending, Run } from '../run.ts';
import type { Revision } from '../state.ts';
import { createTraffic } from '../traffic/create.ts';
import { armWatchdog } from '../watchdog/launch.ts';
import { switchAndJudge } from './alone.ts';

/**
 * Blue-green: the candidate is complete, ready and warm before it gets anything (its own Service reaches it meanwhile); then it gets all
 * the traffic in one write. The stable revision stays at full size until the verdict, so going back is one write too.
 */
export async function blueGreen(run: Run, planned: Revision): Promise<Ending> {
  await armWatchdog(run);
  const stable = await pinScaling(run, planned);
  const { plan, record, config } = run;
  const { candidate } = plan;
  await removeOthers(run, [stable, candidate]);
  await createTraffic(run, stable.name);
  await createCandidate(run, candidate.replicas);
  await awaitReady(run, candidate, candidate.replicas);
  const own = revisionServiceRef(config.name, candidate.name).name;
  record.event(
    'candidate-ready',
    `${candidate.name} is ready and warm; Service ${own} reaches it without live traffic.`,
  );
  const preview = plan.steps.findIndex((step) => step.share === 0 && step.approval);
  if (preview >= run.fromStep) {
    const reason = `${candidate.name} is ready behind Service ${own} and waits for approval before it gets the traffic.`;
    return holdRollout(run, preview, [reason], 'stay');
  }
  return switchAndJudge(run, stable);
}
