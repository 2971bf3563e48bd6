import { awaitReady, createCandidate } from '../candidate.ts';
import { MlDeployError } from '../../errors.ts';
import { pinScaling } from '../pin.ts';
import { holdsPlace, revisionPods } from '../pods.ts';
import { promote } from '../promotion.ts';
import { scale } from '../restore.ts';
import { removeOthers } from '../retire.ts';
import type { Ending, Run } from '../run.ts';
import type { Revision } from '../state.ts';
import { createTraffic } from '../traffic/create.ts';
import { until } from '../wait.ts';
import { armWatchdog } from '../watchdog/launch.ts';
import { switchAndJudge } from './alone.ts';
import { whyUnjudged } from './at-once.ts';

/** How much longer than their grace period pods may take to be gone: the node has to say so. */
const goneMs = 60_000;

/**
 * For clusters without room for two (one GPU): the stable revision ends, its device is free, the candidate takes its place. Nobody is
 * served in between. Whatever fails, and whoever finds it (this engine, the watchdog, `rollback`), the stable revision is started again.
 */
export async function recreate(run: Run, planned: Revision): Promise<Ending> {
  await armWatchdog(run);
  const stable = await pinScaling(run, planned);
  const { plan, record } = run;
  const { candidate } = plan;
  await removeOthers(run, [stable, candidate]);
  await createTraffic(run, stable.name);
  await makeRoom(run, stable);
  await createCandidate(run, candidate.replicas);
  await awaitReady(run, candidate, candidate.replicas);
  record.event('candidate-ready', `${candidate.name} is ready and warm.`);
  return plan.judged ? switchAndJudge(run, stable) : promote(run, stable, [whyUnjudged(run)], null);
}

/** Ends the stable revision's pods and waits until they are really gone: a device is free only when its pod has ended. */
async function makeRoom(run: Run, stable: Revision): Promise<void> {
  const { api, config, fence, store, record, signal, reporter } = run;
  const { namespace } = config.deploy;
  await store.update({ progress: 'creating' });
  record.event('outage', `${stable.name} ends to make room: nobody is served until the new revision is ready.`);
  const task = reporter.task(`Waiting until the pods of ${stable.name} are gone`);
  await scale(fence, stable, 0);
  let left = 0;
  const look = async (): Promise<true | null> => {
    left = (await revisionPods(api, config.name, namespace, stable.name)).filter(holdsPlace).length;
    task.update(`${left} left`);
    return left === 0 ? true : null;
  };
  const timeoutMs = config.rollout.drainMs + goneMs;
  const gone = await until(look, { signal, everyMs: 500, timeoutMs, beat: () => run.lease.beat() });
  if (gone === null) {
    task.fail();
    throw new MlDeployError({
      code: 'rollout/pods-stay',
      kind: 'infrastructure',
      message: `${left} pods of ${stable.name} are still ending after ${Math.round(timeoutMs / 1000)} s, so their place is not free.`,
      hint: 'Look at the node they are on; a pod on a lost node stays until the node is back or removed.',
    });
  }
  task.done();
  record.event('freed', `All pods of ${stable.name} are gone.`);
}
