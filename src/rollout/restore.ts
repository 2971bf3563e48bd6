import type { Config } from '../config/config.ts';
import { revisionSelector } from '../kubernetes/objects/service.ts';
import { resources } from '../kubernetes/resources.ts';
import type { Fence } from './fence.ts';
import { isCode } from './fence.ts';
import { deploymentRef, revisionServiceRef } from './names.ts';
import type { ObjectRef } from './names.ts';
import { recordedService } from './recorded.ts';
import type { Revision, RolloutState } from './state.ts';
import { factsOf, providerFor, providers } from './traffic/index.ts';
import type { TrafficObject } from './traffic/provider.ts';

/**
 * What becomes of the candidate once it has no share: kept without pods to go on later, with one pod for testers, removed, or left as it
 * is (a person looks at it meanwhile).
 */
export type CandidateEnd = 'keep' | 'testers' | 'remove' | 'stay';

/**
 * The traffic objects of a state; all that the watchdog needs comes from the state.
 */
export function trafficOf(
  state: Pick<RolloutState, 'model' | 'namespace' | 'port' | 'provider' | 'adopted' | 'header'>,
): readonly TrafficObject[] {
  return providers[state.provider].objects(state);
}

/**
 * The traffic objects that an engine with this configuration claims; those of an unfinished rollout come first and as it wrote them, since
 * the configuration may have changed meanwhile.
 */
export function trafficToClaim(config: Config, before: RolloutState | null): readonly TrafficObject[] {
  const planned = providerFor(config.rollout).objects(factsOf(config));
  const left = before === null || before.phase === 'done' ? [] : trafficOf(before);
  const isLeft = ({ resource, name }: TrafficObject): boolean =>
    left.some((each) => each.name === name && each.resource.plural === resource.plural);
  return [...left, ...planned.filter((each) => !isLeft(each))];
}

/**
 * Sends everything to the stable revision: the first thing that happens after any failure. Without a stable revision (first deploy)
 * the traffic objects go, so that no Service points at something broken. A Service that somebody deleted is made again. Returns the
 * objects that should direct traffic to the stable revision and do not exist.
 */
export async function restoreTraffic(fence: Fence, state: RolloutState): Promise<readonly ObjectRef[]> {
  const missing: ObjectRef[] = [];
  for (const object of trafficOf(state)) {
    if (state.stable === null && !object.adopted) await fence.delete(object);
    // Nobody's revision: somebody else's route goes on to name the public Service alone.
    else if (state.stable === null) await fence.patch(object, object.allTo(''));
    else {
      const there = await fence.patch(object, object.allTo(state.stable.name));
      const again = there === null && (await serviceAgain(fence, state, object));
      // One that is ending (its load balancer goes first) will be gone, whatever was written.
      const stays = there !== null && there.metadata.deletionTimestamp === undefined;
      if (!again && !stays) missing.push(object);
    }
  }
  return missing;
}

/** Makes the public Service again as it was recorded; false: it is another object, nothing is recorded, or there is no right to. */
async function serviceAgain(fence: Fence, state: RolloutState, object: TrafficObject): Promise<boolean> {
  const { model, namespace, stable, service = null } = state;
  if (stable === null || service === null || object.resource !== resources.service) return false;
  const at = { model, namespace, epoch: fence.epoch, revision: stable.name };
  try {
    await fence.create(resources.service, recordedService(service, { ...at, address: true }));
  } catch (error) {
    // The watchdog may not create anything.
    if (isCode(error, 'kubernetes/forbidden')) return false;
    // Somebody else has that address by now.
    if (!isCode(error, 'kubernetes/invalid')) throw error;
    await fence.create(resources.service, recordedService(service, { ...at, address: false }));
  }
  return true;
}

/**
 * Lets bearers of the testers' header reach the candidate while nobody else does.
 */
export async function admitTesters(fence: Fence, state: RolloutState): Promise<void> {
  const { stable, candidate } = state;
  if (stable === null || candidate === null) return;
  for (const object of trafficOf(state)) {
    const change = object.split({ stable: stable.name, candidate: candidate.name, weight: 0 });
    if (change !== null) await fence.patch(object, change);
  }
}

/**
 * After traffic is back: autoscaler and disruption budget return to the stable revision, the candidate loses its pods (and, with
 * `remove`, its objects), and a stable revision that made room for it is started again. Idempotent.
 */
export async function standDown(fence: Fence, state: RolloutState, end: CandidateEnd): Promise<void> {
  const { model, stable, candidate } = state;
  if (candidate !== null && candidate.name !== stable?.name && end !== 'stay') {
    if (end !== 'remove' && stable !== null) await scale(fence, candidate, end === 'testers' ? 1 : 0);
    else await removeRevision(fence, model, candidate);
  }
  if (stable === null) {
    for (const ref of scalingObjects(model)) await fence.delete(ref);
    return;
  }
  // Only now is there room for it.
  if (state.strategy === 'recreate') await scale(fence, stable, stable.replicas);
  await scalingTo(fence, model, stable, state.scaling);
}

/**
 * Points autoscaler and disruption budget at a revision; `bounds` become the autoscaler's.
 */
export async function scalingTo(
  fence: Fence,
  model: string,
  revision: Revision,
  bounds: { readonly min: number; readonly max: number } | null,
): Promise<void> {
  const [autoscaler, budget] = scalingObjects(model);
  if (bounds !== null) {
    await fence.patch(autoscaler, [
      { op: 'replace', path: '/spec/scaleTargetRef/name', value: revision.deployment },
      { op: 'replace', path: '/spec/minReplicas', value: bounds.min },
      { op: 'replace', path: '/spec/maxReplicas', value: bounds.max },
    ]);
  }
  await fence.patch(budget, [
    { op: 'replace', path: '/spec/selector/matchLabels', value: revisionSelector(model, revision.name) },
  ]);
}

/**
 * Sets the number of pods of a revision.
 */
export async function scale(fence: Fence, revision: Revision, replicas: number): Promise<void> {
  const ref: ObjectRef = { resource: resources.deployment, name: revision.deployment };
  await fence.patch(ref, [{ op: 'replace', path: '/spec/replicas', value: replicas }]);
}

/**
 * Removes a revision's Deployment and Service. A Service whose deletion does not come to pass goes with the Deployment, its owner.
 */
export async function removeRevision(fence: Fence, model: string, revision: Revision): Promise<void> {
  // Without pods first: deletion in the background leaves them running a moment longer.
  await scale(fence, revision, 0);
  await fence.delete({ ...deploymentRef(model, revision.name), name: revision.deployment });
  try {
    await fence.delete(revisionServiceRef(model, revision.name));
  } catch (error) {
    // The watchdog may have no right on a Service that was never created.
    if (!isCode(error, 'kubernetes/forbidden')) throw error;
  }
}

function scalingObjects(model: string): readonly [ObjectRef, ObjectRef] {
  return [
    { resource: resources.horizontalPodAutoscaler, name: model },
    { resource: resources.podDisruptionBudget, name: model },
  ];
}
