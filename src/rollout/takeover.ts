import type { JsonPatch, KubeApi, KubeObject } from '../kubernetes/api.ts';
import { annotationOf, annotationPath, annotations } from '../kubernetes/objects/labels.ts';
import { Fence, epochOf, isCode, operationsOf, superseded } from './fence.ts';
import type { Change } from './fence.ts';
import type { ObjectRef } from './names.ts';
import { takerOf } from './taker.ts';
import type { TrafficObject } from './traffic/provider.ts';

export interface TakeoverOptions {
  readonly namespace: string;
  /** Largest epoch known from elsewhere (the state). */
  readonly knownEpoch: number;
  /** Claimed first, in this order. */
  readonly traffic: readonly TrafficObject[];
  /** Revision that gets everything in the same patch that raises the epoch; null: traffic stays as it is. */
  readonly restoreTo: string | null;
  readonly others: readonly ObjectRef[];
  /** Unique name of this run (takerName): recognises our own write when its reply was lost, and tells others who it was. */
  readonly engine: string;
}

/**
 * Becomes the one engine that may write: raises the epoch on every object, on the traffic object first and, when asked, in the same
 * patch that sends everything to the stable revision. Throws `rollout/superseded` when another engine was quicker.
 */
export async function takeOver(api: KubeApi, options: TakeoverOptions): Promise<Fence> {
  const { namespace, traffic, others, restoreTo } = options;
  const found: { ref: ObjectRef; object: KubeObject; restore: Change }[] = [];
  for (const ref of [...traffic, ...others]) {
    const object = await api.find(ref.resource, namespace, ref.name);
    if (object === null) continue;
    found.push({ ref, object, restore: restoreTo !== null && isTraffic(ref) ? ref.allTo(restoreTo) : [] });
  }
  const epoch = Math.max(options.knownEpoch, ...found.map(({ object, ref }) => epochOf(object, ref))) + 1;
  for (const each of found) await claim(api, namespace, each, epoch, options.engine);
  return new Fence(api, namespace, epoch);
}

async function claim(
  api: KubeApi,
  namespace: string,
  target: { readonly ref: ObjectRef; readonly object: KubeObject; readonly restore: Change },
  epoch: number,
  engine: string,
): Promise<void> {
  const { ref, restore } = target;
  let object: KubeObject | null = target.object;
  for (let attempt = 0; object !== null; attempt++) {
    const present = epochOf(object, ref);
    const by = object.metadata.annotations?.[annotationOf(annotations.engine, ref.sharedBy)];
    if (present === epoch && by === engine) return;
    if (present >= epoch) throw superseded(ref, epoch, present, takerOf(object, ref));
    try {
      await api.patch(ref.resource, namespace, ref.name, [
        ...raise(ref, object, epoch, engine),
        ...operationsOf(restore, object),
      ]);
      return;
    } catch (error) {
      if (isCode(error, 'kubernetes/not-found')) return;
      if (!isCode(error, 'kubernetes/conflict') || attempt >= 9) throw error;
      object = await api.find(ref.resource, namespace, ref.name);
    }
  }
}

/** An object without an epoch (adopted, or edited by a person) is tested by its resourceVersion instead. */
function raise({ sharedBy }: ObjectRef, object: KubeObject, epoch: number, engine: string): JsonPatch {
  const present = object.metadata.annotations;
  const current = present?.[annotationOf(annotations.epoch, sharedBy)];
  return [
    current === undefined
      ? { op: 'test', path: '/metadata/resourceVersion', value: object.metadata.resourceVersion }
      : { op: 'test', path: annotationPath(annotations.epoch, sharedBy), value: current },
    ...(present === undefined ? [{ op: 'add', path: '/metadata/annotations', value: {} } as const] : []),
    { op: 'add', path: annotationPath(annotations.epoch, sharedBy), value: String(epoch) },
    { op: 'add', path: annotationPath(annotations.engine, sharedBy), value: engine },
  ];
}

function isTraffic(ref: ObjectRef): ref is TrafficObject {
  return 'allTo' in ref;
}
