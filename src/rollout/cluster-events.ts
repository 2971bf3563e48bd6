import { setTimeout as delay } from 'node:timers/promises';
import type { KubeApi, KubeObject, Resource } from '../kubernetes/api.ts';
import { eventObject } from '../kubernetes/objects/event.ts';
import { resources } from '../kubernetes/resources.ts';
import type { ModelRef, ObjectRef } from './names.ts';
import { stateName } from './names.ts';

/** What `kubectl describe` and `kubectl get events` show of a rollout. */
export type EventReason =
  | 'RolloutStarted'
  | 'CandidateReady'
  | 'WeightChanged'
  | 'StepJudged'
  | 'TrafficRestored'
  | 'Held'
  | 'Promoted'
  | 'RolledBack'
  | 'RolloutFailed'
  | 'WatchdogRestored';

const warnings: ReadonlySet<EventReason> = new Set([
  'TrafficRestored',
  'RolledBack',
  'RolloutFailed',
  'WatchdogRestored',
]);

const answerMs = 3000;

/**
 * Kubernetes Events of one model's rollout, in order, best effort: nothing waits for them, and what goes wrong is told once and never
 * thrown.
 */
export class ClusterEvents {
  readonly #api: KubeApi;
  readonly #ref: ModelRef;
  readonly #instance: string;
  readonly #onFailure: (message: string) => void;
  readonly #found = new Map<string, KubeObject>();
  #queue: Promise<void> = Promise.resolve();
  #failed = false;

  constructor(api: KubeApi, ref: ModelRef, instance: string, onFailure: (message: string) => void) {
    this.#api = api;
    this.#ref = ref;
    this.#instance = instance;
    this.#onFailure = onFailure;
  }

  /** Reports on an object, or on the state when that does not exist. Returns at once. */
  emit(reason: EventReason, note: string, about: ObjectRef = this.#service): void {
    const written = async (): Promise<void> => {
      if (this.#failed) return;
      try {
        await this.#write(reason, note, about);
      } catch (error) {
        this.#fail(error instanceof Error ? error.message : String(error));
      }
    };
    this.#queue = this.#queue.then(written);
  }

  /** Waits until all is written, but not longer than this. */
  async flush(longestMs = answerMs): Promise<void> {
    const stop = new AbortController();
    const patience = delay(longestMs, undefined, { signal: stop.signal }).catch(() => undefined);
    await Promise.race([this.#queue, patience]);
    stop.abort();
  }

  get #service(): ObjectRef {
    return { resource: resources.service, name: this.#ref.model };
  }

  async #write(reason: EventReason, note: string, about: ObjectRef): Promise<void> {
    const { namespace, model } = this.#ref;
    const regarding = (await this.#find(about)) ?? (await this.#find(stateRef(model)));
    if (regarding === null) return;
    const type = warnings.has(reason) ? 'Warning' : 'Normal';
    const object = eventObject({
      regarding,
      namespace,
      reason,
      type,
      note,
      action: 'Rollout',
      instance: this.#instance,
    });
    const reply = await this.#api.raw({
      method: 'POST',
      path: pathOf(resources.clusterEvent, namespace),
      body: JSON.stringify(object),
      once: true,
      timeoutMs: answerMs,
    });
    if (reply.status >= 300) this.#fail(reply.status === 403 ? forbidden : `the API server answers ${reply.status}`);
  }

  /** Objects are looked up once: a revision's uid does not change, and it may be gone when its end is told. */
  async #find({ resource, name }: ObjectRef): Promise<KubeObject | null> {
    const path = `${pathOf(resource, this.#ref.namespace)}/${name}`;
    const known = this.#found.get(path);
    if (known !== undefined) return known;
    const reply = await this.#api.raw({ method: 'GET', path, once: true, timeoutMs: answerMs });
    if (reply.status !== 200) return null;
    const object = JSON.parse(reply.body) as KubeObject;
    this.#found.set(path, object);
    return object;
  }

  #fail(why: string): void {
    if (!this.#failed) this.#onFailure(`No more Kubernetes Events are written: ${why}.`);
    this.#failed = true;
  }
}

const forbidden = 'this account may not create events.events.k8s.io';

function stateRef(model: string): ObjectRef {
  return { resource: resources.configMap, name: stateName(model) };
}

function pathOf({ apiVersion, plural }: Resource, namespace: string): string {
  return `/${apiVersion.includes('/') ? 'apis' : 'api'}/${apiVersion}/namespaces/${namespace}/${plural}`;
}
