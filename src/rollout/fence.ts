import { MlDeployError } from '../errors.ts';
import type { JsonPatch, KubeApi, KubeObject, Resource } from '../kubernetes/api.ts';
import { annotations, epochPath } from '../kubernetes/objects/labels.ts';
import type { ObjectRef } from './names.ts';
import { describe } from './names.ts';

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

  /** A JSON Patch that applies only while the object carries our epoch; null when the object is gone. */
  async patch(ref: ObjectRef, operations: JsonPatch): Promise<KubeObject | null> {
    const test = { op: 'test', path: epochPath, value: String(this.epoch) } as const;
    try {
      return await this.#api.patch(ref.resource, this.namespace, ref.name, [test, ...operations]);
    } catch (error) {
      if (isCode(error, 'kubernetes/not-found')) return null;
      if (!isCode(error, 'kubernetes/conflict')) throw error;
      const there = await this.#api.find(ref.resource, this.namespace, ref.name);
      if (there === null) return null;
      const epoch = epochOf(there);
      if (epoch !== this.epoch) throw superseded(ref, this.epoch, epoch);
      throw error;
    }
  }

  /** Creates an object that carries our epoch; an object that is already there must be ours. */
  async create(resource: Resource, object: KubeObject): Promise<KubeObject> {
    try {
      return await this.#api.create(resource, object);
    } catch (error) {
      if (!isCode(error, 'kubernetes/conflict')) throw error;
      const ref = { resource, name: object.metadata.name };
      const there = await this.#api.find(resource, this.namespace, ref.name);
      if (there === null) return this.#api.create(resource, object);
      const epoch = epochOf(there);
      if (epoch !== this.epoch) throw superseded(ref, this.epoch, epoch);
      return there;
    }
  }

  /** Deletes the object as it was read, if it carries our epoch; true when it was there. */
  async delete(ref: ObjectRef): Promise<boolean> {
    for (let attempt = 0; ; attempt++) {
      const there = await this.#api.find(ref.resource, this.namespace, ref.name);
      if (there === null) return false;
      const epoch = epochOf(there);
      if (epoch !== this.epoch) throw superseded(ref, this.epoch, epoch);
      const { uid, resourceVersion } = there.metadata;
      try {
        return await this.#api.delete(ref.resource, this.namespace, ref.name, {
          ...(uid === undefined ? {} : { uid }),
          ...(resourceVersion === undefined ? {} : { resourceVersion }),
        });
      } catch (error) {
        // Controllers write status all the time; only a changed epoch is somebody else's decision.
        if (!isCode(error, 'kubernetes/conflict') || attempt >= 9) throw error;
      }
    }
  }
}

/**
 * The epoch an object carries; 0 when it carries none.
 */
export function epochOf(object: KubeObject | null): number {
  const value = Number(object?.metadata.annotations?.[annotations.epoch]);
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
export function superseded(ref: ObjectRef, ours: number, theirs: number): MlDeployError {
  return new MlDeployError({
    code: 'rollout/superseded',
    kind: 'infrastructure',
    message: `${describe(ref)} belongs to epoch ${theirs}, this engine to ${ours}: another engine, the watchdog or a rollback took over. Nothing more is written from here.`,
    hint: 'Look at `ml-deploy status`; `ml-deploy resume` goes on with an abandoned rollout.',
  });
}
