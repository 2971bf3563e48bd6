import type { KubeApi, KubeObject } from '../kubernetes/api.ts';
import { annotations, escapePointer } from '../kubernetes/objects/labels.ts';
import { leaseObject, microTime } from '../kubernetes/objects/lease.ts';
import { resources } from '../kubernetes/resources.ts';
import type { Fence } from './fence.ts';
import { epochOf, isCode, superseded } from './fence.ts';
import type { ModelRef, ObjectRef } from './names.ts';
import { stateName } from './names.ts';
import { takerOf } from './taker.ts';

/**
 * The Lease of a model.
 */
export function leaseRef(model: string): ObjectRef {
  return { resource: resources.lease, name: stateName(model) };
}

export interface LeaseOptions {
  /** Who holds it, for people: host and process. */
  readonly holder: string;
  readonly durationMs: number;
}

/** The engine's proof of life. Renewed only after completed work, so an engine that is alive but blind loses it. */
export class EngineLease {
  readonly #fence: Fence;
  readonly #ref: ObjectRef;
  readonly #renewEveryMs: number;
  #renewed = performance.now();

  private constructor(fence: Fence, ref: ObjectRef, durationMs: number) {
    this.#fence = fence;
    this.#ref = ref;
    this.#renewEveryMs = Math.min(durationMs / 4, 10_000);
  }

  /** Takes the Lease for the fence's epoch. */
  static async acquire(api: KubeApi, ref: ModelRef, fence: Fence, options: LeaseOptions): Promise<EngineLease> {
    const lease = leaseRef(ref.model);
    const object = leaseObject(ref.model, ref.namespace, { ...options, epoch: fence.epoch, now: new Date() });
    for (let attempt = 1; ; attempt++) {
      const there = await api.find(lease.resource, ref.namespace, lease.name);
      if (there !== null && epochOf(there) > fence.epoch)
        throw superseded(lease, fence.epoch, epochOf(there), takerOf(there));
      const resourceVersion = there?.metadata.resourceVersion;
      try {
        if (there === null) await fence.create(lease.resource, object);
        else {
          await api.replace(lease.resource, {
            ...object,
            metadata: { ...object.metadata, ...(resourceVersion === undefined ? {} : { resourceVersion }) },
          });
        }
        return new EngineLease(fence, lease, options.durationMs);
      } catch (error) {
        // Our own write whose reply was lost, or somebody's who is over: the epoch read next tells.
        if (!isCode(error, 'kubernetes/conflict') || attempt >= 5) throw error;
      }
    }
  }

  /** Called after every completed piece of work; writes at most a few times per lease duration. */
  async beat(): Promise<void> {
    if (performance.now() - this.#renewed < this.#renewEveryMs) return;
    const renewTime = microTime(new Date());
    const there = await this.#fence.patch(this.#ref, [{ op: 'replace', path: '/spec/renewTime', value: renewTime }]);
    // A deleted Lease means that somebody ended this engine's right.
    if (there === null) throw superseded(this.#ref, this.#fence.epoch, 0);
    this.#renewed = performance.now();
  }
}

/**
 * Patch by which the watchdog says on the Lease that its rights are proved.
 */
export function armedPatch(epoch: number): { op: 'add'; path: string; value: string }[] {
  return [{ op: 'add', path: `/metadata/annotations/${escapePointer(annotations.armed)}`, value: String(epoch) }];
}

/** Decides from the outside whether a Lease lives, on the observer's monotonic clock alone. */
export class LeaseObserver {
  readonly #durationMs: number;
  readonly #now: () => number;
  #seen: string | undefined;
  #since: number;
  #looked: number;

  constructor(durationMs: number, now: () => number = () => performance.now()) {
    this.#durationMs = durationMs;
    this.#now = now;
    this.#since = now();
    this.#looked = now();
  }

  /** Takes one look. Dead: it was watched without a gap for its whole duration and never changed. */
  look(lease: KubeObject | null): 'alive' | 'dead' {
    const now = this.#now();
    const sign = JSON.stringify([lease?.metadata.uid, lease?.spec]);
    // After a gap in which we saw nothing the engine may have renewed, or may have been cut off like us: watch anew.
    const blind = now - this.#looked > this.#durationMs / 2;
    this.#looked = now;
    if (sign !== this.#seen || blind) {
      this.#seen = sign;
      this.#since = now;
    }
    return now - this.#since >= this.#durationMs ? 'dead' : 'alive';
  }

  /** True once the Lease was seen to change since the observer began. */
  get quietMs(): number {
    return this.#now() - this.#since;
  }
}
