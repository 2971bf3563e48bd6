import { awaitReady, createCandidate } from '../candidate.ts';
import { finish } from '../ending.ts';
import { settleScaling } from '../promotion.ts';
import { removeOthers } from '../retire.ts';
import type { Ending, Run } from '../run.ts';
import { createTraffic } from '../traffic/create.ts';
import { armWatchdog } from '../watchdog/launch.ts';
import { sleep } from '../wait.ts';
import { allTrafficTo } from '../weight.ts';
import { settingsOf } from '../settings.ts';

/** Nodes learn a new Service a moment after its endpoints exist; before that its address answers nobody. */
const settleMs = 2000;

/**
 * The first deploy: there is nothing to compare with and nothing to fall back to. The Service comes last, so it never points at
 * anything that is not ready; whatever fails, nothing is left behind.
 */
export async function firstDeploy(run: Run): Promise<Ending> {
  const { plan, store, record } = run;
  const { candidate } = plan;
  await armWatchdog(run);
  await createCandidate(run, candidate.replicas);
  await awaitReady(run, candidate, candidate.replicas);
  record.event('candidate-ready', `${candidate.name} is ready and warm.`);
  await store.update({ progress: 'shifting', step: 0, weight: 1 });
  await createTraffic(run, candidate.name);
  await allTrafficTo(run, candidate);
  await sleep(settleMs, run.signal);
  const now = { stable: candidate, candidate: null, settings: settingsOf(run) };
  await store.update({ ...now, progress: 'retiring', weight: 1 });
  record.event('promoted', `${candidate.name} serves all traffic.`, 1);
  await settleScaling(run, candidate);
  await removeOthers(run, [candidate]);
  await finish(run, { ended: 'promoted', reason: 'first deploy' });
  return {
    outcome: 'passed',
    decision: 'promote',
    summary: `${candidate.name} is deployed: the first revision of ${run.config.name}.`,
    reasons: ['There was no stable revision to compare with; the candidate became ready and has all traffic.'],
    diagnosis: [],
  };
}
