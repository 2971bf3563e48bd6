import { MlDeployError } from '../errors.ts';
import { statusOf, isReady, revisionPods } from './pods.ts';
import { trafficObjectGone } from './presence.ts';
import type { PlannedStep } from './plan.ts';
import type { Run } from './run.ts';
import { trafficFacts } from './run.ts';
import type { Revision } from './state.ts';
import type { Split } from './traffic/provider.ts';
import { until } from './wait.ts';

/** How long a written split may take to be in force. */
const believeMs = 60_000;

/**
 * Gives the candidate its share of a step: recorded first, then written, then believed only when seen.
 */
export async function setWeight(run: Run, index: number, step: PlannedStep, stable: Revision): Promise<void> {
  const { plan, fence, store, record } = run;
  await store.update({ progress: 'shifting', step: index, weight: step.share });
  const split: Split = { stable: stable.name, candidate: plan.candidate.name, weight: step.share };
  for (const object of plan.provider.objects(trafficFacts(run))) {
    const patch = object.split(split);
    if (patch !== null && (await fence.patch(object, patch)) === null) throw trafficObjectGone(object.name);
  }
  record.event('weight', `Step ${index + 1}: the candidate gets ${percent(step.share)} of the traffic.`, step.share);
  await awaitTraffic(run, plan.provider.name === 'replicas' ? [stable, plan.candidate] : [stable], split);
}

/**
 * Sends everything to one revision and waits until that is in force.
 */
export async function allTrafficTo(run: Run, revision: Revision): Promise<void> {
  const { plan, fence } = run;
  // From behind: a route in front that names the public Service must not send back what is about to move.
  for (const object of plan.provider.objects(trafficFacts(run)).toReversed()) {
    if ((await fence.patch(object, object.allTo(revision.name))) === null) throw trafficObjectGone(object.name);
  }
  await awaitTraffic(run, [revision], revision.name);
}

/**
 * Gives the candidate all the traffic in one write, as a step that is judged: recorded first, believed only when seen.
 */
export async function switchOver(run: Run, index: number): Promise<void> {
  const { plan, store, record } = run;
  await store.update({ progress: 'shifting', step: index, weight: 1 });
  await allTrafficTo(run, plan.candidate);
  record.event('weight', `Step ${index + 1}: ${plan.candidate.name} gets all the traffic.`, 1);
}

/** Waits until exactly the ready pods of these revisions get new connections, as it was written. */
async function awaitTraffic(run: Run, revisions: readonly Revision[], written: Split | string): Promise<void> {
  const { api, config, plan, signal } = run;
  const facts = trafficFacts(run);
  let missing = '';
  const look = async (): Promise<true | null> => {
    const pods = await Promise.all(
      revisions.map((each) => revisionPods(api, config.name, config.deploy.namespace, each.name)),
    );
    const addresses = pods
      .flat()
      .filter(isReady)
      .flatMap((pod) => statusOf(pod).podIP ?? []);
    missing = (await plan.provider.missing(api, facts, { addresses, written })) ?? '';
    return missing === '' ? true : null;
  };
  const seen = await until(look, { signal, everyMs: 500, timeoutMs: believeMs, beat: () => run.lease.beat() });
  if (seen === null) {
    throw new MlDeployError({
      code: 'rollout/traffic-not-seen',
      kind: 'infrastructure',
      message: `The written traffic split is not in force after ${believeMs / 1000} s: ${missing}.`,
      hint: 'Look at the controller of the gateway, or at the EndpointSlices of the Service.',
    });
  }
}

/**
 * A share for people: `12.5 %`.
 */
export function percent(share: number): string {
  return `${Number((share * 100).toFixed(1))} %`;
}
