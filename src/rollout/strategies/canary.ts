import { resources } from '../../kubernetes/resources.ts';
import { awaitReady, createCandidate } from '../candidate.ts';
import { Judge } from '../judge.ts';
import type { PlannedStep } from '../plan.ts';
import { pinScaling } from '../pin.ts';
import { promote } from '../promotion.ts';
import { scale } from '../restore.ts';
import { removeOthers } from '../retire.ts';
import type { Ending, Run } from '../run.ts';
import type { Revision } from '../state.ts';
import { readyPods } from '../strategy.ts';
import { armWatchdog } from '../watchdog/launch.ts';
import { setWeight } from '../weight.ts';
import { createTraffic } from '../traffic/create.ts';
import { endingOf } from './verdict.ts';

/**
 * The canary: a small share first, more when the evidence is there, all of it at the end; back to the stable revision at any doubt.
 */
export async function canary(run: Run, planned: Revision): Promise<Ending> {
  await armWatchdog(run);
  const stable = await pinScaling(run, planned);
  const { plan, record } = run;
  const { candidate } = plan;
  const steps = [...plan.steps.entries()].filter(([index]) => index >= run.fromStep);
  const firstReplicas = steps[0]?.[1].candidateReplicas ?? candidate.replicas;

  await removeOthers(run, [stable, candidate]);
  await createTraffic(run, stable.name);
  await createCandidate(run, firstReplicas);
  await awaitReady(run, candidate, firstReplicas);
  record.event('candidate-ready', `${candidate.name} is ready and warm.`);

  let reasons: readonly string[] = ['A person released the hold.'];
  if (steps.length === 0 && (await isWithoutPods(run, stable))) return promote(run, stable, reasons, null);
  const judge = new Judge(run, stable);
  await judge.baseline();
  let before = 0;
  let pods = firstReplicas;
  for (const [index, step] of steps) {
    if (step.candidateReplicas !== pods) await widen(run, step, judge, before);
    pods = step.candidateReplicas;
    await judge.closeTick(before);
    judge.analysis.startStep(index, step.share);
    await setWeight(run, index, step, stable);
    const verdict = await judge.step(index, step);
    record.event('decision', `Step ${index + 1}: ${verdict.decision}. ${verdict.reasons.join(' ')}`);
    const ending = await endingOf(run, index, step, verdict);
    if (ending !== null) return ending;
    reasons = verdict.reasons;
    before = step.share;
  }
  return promote(run, stable, reasons, { judge, weight: before });
}

/** Then there is nothing to compare with. */
async function isWithoutPods({ api, config }: Run, stable: Revision): Promise<boolean> {
  return readyPods(await api.find(resources.deployment, config.deploy.namespace, stable.deployment)) === 0;
}

/** More pods for the candidate before it gets more traffic; the share it has is judged meanwhile. */
async function widen(run: Run, step: PlannedStep, judge: Judge, weight: number): Promise<void> {
  const { candidate } = run.plan;
  await scale(run.fence, candidate, step.candidateReplicas);
  await awaitReady(run, candidate, step.candidateReplicas, (pods) => judge.watch(weight, pods));
}
