import { MlDeployError } from '../errors.ts';
import type { JsonPatch, KubeApi, KubeObject, Resource } from '../kubernetes/api.ts';
import { annotationOf, annotationPath, annotations, labels, managedByUs } from '../kubernetes/objects/labels.ts';
import type { ObjectRef } from './names.ts';
import { describe } from './names.ts';
import { takerOf, takerText } from './taker.ts';
import type { Taker } from './taker.ts';

/** Operations of a write; a function of the object as it was read, when they depend on what is there. */
export type Change = JsonPatch | ((there: KubeObject) => JsonPatch);

/**
 * The operations of a change on an object.
 */
export function operationsOf(change: Change, there: KubeObject): JsonPatch {
  return typeof change === 'function' ? change(there) : change;
}

/**
 * All writes of one engine. Every object carries the epoch of the engine that may write it, and each write tests it in the same
 * request, so an engine that was replaced (asleep, cut off, slow) can do no harm however late it wakes.
 */
export class Fence {
  readonly epoch: number;
  readonly namespace: string;
  readonly #api: KubeApi;

  constructor(api: KubeApi, namespace: string, epoch: number) {
    this.#api = api;
    this.namespace = namespace;
    this.epoch = epoch;
  }

  /** The same right to write, through another connection. */
  through(api: KubeApi): Fence {
    return new Fence(api, this.namespace, this.epoch);
  }

  /**
   * A JSON Patch that applies only while the object carries our epoch; null when the object is gone. An object whose epoch was lost (a
   * person applied it anew) or is lower (an engine before us made it) is claimed first: only a higher epoch is somebody else's decision.
   * A change that depends on what is there is made anew when somebody else was quicker.
   */
  async patch(ref: ObjectRef, change: Change): Promise<KubeObject | null> {
    const test = {
      op: 'test',
      path: annotationPath(annotations.epoch, ref.sharedBy),
      value: String(this.epoch),
    } as const;
    for (let attempt = 1; ; attempt++) {
      try {
        const operations = await this.#operations(ref, change);
        if (operations === null) return null;
        return await this.#api.patch(ref.resource, this.namespace, ref.name, [test, ...operations]);
      } catch (error) {
        if (isCode(error, 'kubernetes/not-found')) return null;
        if (!isConflict(error)) throw error;
        const there = await this.#api.find(ref.resource, this.namespace, ref.name);
        if (there === null) return null;
        if (attempt >= attempts) throw error;
        if (epochOf(there, ref) !== this.epoch) await this.#claim(ref, there);
        else if (typeof change !== 'function') throw error;
      }
    }
  }

  /**
   * Creates an object that carries our epoch; one that an engine before us left there is claimed. `rollout/foreign-object` when
   * somebody else made one of that name.
   */
  async create(resource: Resource, object: KubeObject): Promise<KubeObject> {
    const ref = { resource, name: object.metadata.name };
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#api.create(resource, object);
      } catch (error) {
        if (!isConflict(error) || attempt >= attempts) throw error;
        const there = await this.#api.find(resource, this.namespace, ref.name);
        if (there === null) continue;
        const model = there.metadata.labels?.[labels.app] ?? object.metadata.labels?.[labels.app];
        if (isForeign(there) || model !== object.metadata.labels?.[labels.app]) throw foreign(ref, this.namespace);
        if (epochOf(there) === this.epoch) return there;
        await this.#claim(ref, there);
      }
    }
  }

  /** Deletes the object as it was read, unless its epoch is higher or somebody else made it; true when it was there. */
  async delete(ref: ObjectRef): Promise<boolean> {
    for (let attempt = 1; ; attempt++) {
      const there = await this.#api.find(ref.resource, this.namespace, ref.name);
      if (there === null || isForeign(there)) return false;
      const epoch = epochOf(there);
      if (epoch > this.epoch) throw superseded(ref, this.epoch, epoch, takerOf(there, ref));
      const { uid, resourceVersion } = there.metadata;
      try {
        return await this.#api.delete(ref.resource, this.namespace, ref.name, {
          ...(uid === undefined ? {} : { uid }),
          ...(resourceVersion === undefined ? {} : { resourceVersion }),
        });
      } catch (error) {
        // Controllers write status all the time; only a changed epoch is somebody else's decision.
        if (!isConflict(error) || attempt >= attempts) throw error;
      }
    }
  }

  /** Null when the object is gone. */
  async #operations(ref: ObjectRef, change: Change): Promise<JsonPatch | null> {
    if (typeof change !== 'function') return change;
    const there = await this.#api.find(ref.resource, this.namespace, ref.name);
    return there === null ? null : change(there);
  }

  /** Writes our epoch onto an object as it was read; a conflict is for the caller's next attempt. */
  async #claim(ref: ObjectRef, there: KubeObject): Promise<void> {
    const epoch = epochOf(there, ref);
    if (epoch > this.epoch) throw superseded(ref, this.epoch, epoch, takerOf(there, ref));
    const { annotations: present, resourceVersion } = there.metadata;
    try {
      await this.#api.patch(ref.resource, this.namespace, ref.name, [
        { op: 'test', path: '/metadata/resourceVersion', value: resourceVersion },
        ...(present === undefined ? [{ op: 'add', path: '/metadata/annotations', value: {} } as const] : []),
        { op: 'add', path: annotationPath(annotations.epoch, ref.sharedBy), value: String(this.epoch) },
      ]);
    } catch (error) {
      if (!isConflict(error) && !isCode(error, 'kubernetes/not-found')) throw error;
    }
  }
}

/** How often a write is tried against others who write the same object. */
const attempts = 10;

function isConflict(error: unknown): boolean {
  return isCode(error, 'kubernetes/conflict');
}

/** Neither an epoch nor our label: not an object of ours that lost its annotations. */
function isForeign(object: KubeObject): boolean {
  return epochOf(object) === 0 && object.metadata.labels?.[labels.managedBy] !== managedByUs;
}

function foreign(ref: ObjectRef, namespace: string): MlDeployError {
  return new MlDeployError({
    code: 'rollout/foreign-object',
    kind: 'usage',
    message: `${describe(ref)} exists in namespace ${namespace} and was not made by ml-deploy for this model (labels ${labels.managedBy} and ${labels.app}).`,
    hint: 'Remove it, or choose another name in mldeploy.yaml.',
  });
}

/**
 * The epoch an object carries; 0 when it carries none.
 */
export function epochOf(object: KubeObject | null, ref: Pick<ObjectRef, 'sharedBy'> = {}): number {
  const value = Number(object?.metadata.annotations?.[annotationOf(annotations.epoch, ref.sharedBy)]);
  return Number.isInteger(value) && value > 0 ? value : 0;
}

/**
 * True for an MlDeployError with this code.
 */
export function isCode(error: unknown, code: string): boolean {
  return error instanceof MlDeployError && error.code === code;
}

/**
 * The error of an engine whose epoch is over: another one took over, this one must write nothing more.
 */
export function superseded(ref: ObjectRef, ours: number, theirs: number, by: Taker | null = null): MlDeployError {
  return new MlDeployError({
    code: 'rollout/superseded',
    kind: 'infrastructure',
    message: `${describe(ref)} belongs to epoch ${theirs}, this engine to ${ours}: ${takerText(by)} took over. Nothing more is written from here.`,
    hint: afterwards(by),
  });
}

function afterwards(by: Taker | null): string {
  switch (by) {
    case 'watchdog':
      return 'It had not heard of this engine for a whole lease, and gives the traffic back to the stable revision. `ml-deploy resume` goes on with the rollout, `ml-deploy rollback` ends it.';
    case 'rollback':
      return 'It ends the rollout in favour of the stable revision; `ml-deploy status` shows that. Nothing has to be done from here.';
    default:
      return 'Look at `ml-deploy status`; `ml-deploy resume` goes on with an abandoned rollout.';
  }
}
