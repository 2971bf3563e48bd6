import { randomUUID } from 'node:crypto';
import type { StepConfig } from '../config/config.ts';
import { MlDeployError } from '../errors.ts';
import type { Contract, ForcedBy, SpeedRecord } from '../pipeline/evidence.ts';
import type { KubeApi, KubeObject } from '../kubernetes/api.ts';
import { stateConfigMap } from '../kubernetes/objects/config-map.ts';
import type { PodWeights } from '../kubernetes/objects/weights.ts';
import { resources } from '../kubernetes/resources.ts';
import type { AnalysisState } from './analysis/analysis.ts';
import { superseded } from './fence.ts';
import type { ModelRef, ObjectRef } from './names.ts';
import { stateName } from './names.ts';
import type { AdoptedRoute, TesterHeader, TrafficProvider } from './traffic/provider.ts';
import type { RolloutRequest } from './request.ts';
import type { RecordedSettings } from './settings.ts';
import type { Strategy } from './strategy.ts';

/** A revision as the state remembers it. */
export interface Revision {
  /** `r7` */
  readonly name: string;
  readonly image: string;
  readonly modelDigest: string | null;
  /** Where its pods have the model from; absent: from the image. */
  readonly weights?: PodWeights;
  /** Hash of the pod template; null for an adopted Deployment. */
  readonly template: string | null;
  /** Name of its Deployment: `<model>-r7`, or the adopted one. */
  readonly deployment: string;
  /** Full size while it serves alone. */
  readonly replicas: number;
  /** Inputs and outputs of its model, when validate told them; states of older engines do not have it. */
  readonly contract?: Contract | null;
  /** How fast it was in its smoke test, for the test of the next one; absent: not tested, or not comparable. */
  readonly speed?: SpeedRecord;
}

export type Phase = 'running' | 'held' | 'abandoned' | 'done';

/** How far a running rollout is; recorded before it acts. */
export type Progress = 'planned' | 'creating' | 'ready' | 'shifting' | 'promoting' | 'retiring' | 'restoring' | 'ended';

export interface Hold {
  readonly reason: string;
  /** The step that waits; `promote` goes on with the next one. */
  readonly step: number;
  /** RFC 3339; later than this the hold is rolled back by whoever looks first. */
  readonly until: string;
}

/**
 * True when a hold has run out: whoever looks first rolls it back.
 */
export function holdIsOver(state: Pick<RolloutState, 'hold'>): boolean {
  return state.hold !== null && Date.parse(state.hold.until) < Date.now();
}

export interface HistoryEntry {
  readonly at: string;
  readonly revision: string;
  readonly image: string;
  readonly ended: 'promoted' | 'rolled back' | 'abandoned' | 'held' | 'interrupted' | 'adopted';
  readonly reason: string;
  /** Hash of the pod template; entries of older engines do not have it. */
  readonly template?: string | null;
  /** Rolled back by evidence against the revision, not by trouble of the cluster or by a person. */
  readonly blamed?: true;
  /** A person let it skip the statistics. */
  readonly forced?: ForcedBy;
  /** A person tried it again after evidence had rolled it back. */
  readonly retried?: true;
  /** The revision that an undo left. */
  readonly undid?: string;
}

/** How to make the Deployment of an older revision again. */
export interface RevisionRecord {
  readonly revision: Revision;
  /** `spec` of the Deployment. */
  readonly spec: unknown;
}

/** The public Service as it was, to make it again when somebody deletes it. */
export interface ServiceRecord {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly spec: Readonly<Record<string, unknown>>;
}

/** All that another machine needs to go on, to roll back or to report: the ConfigMap `mldeploy-<model>`. */
export interface RolloutState {
  readonly version: 1;
  readonly model: string;
  readonly namespace: string;
  readonly phase: Phase;
  readonly progress: Progress;
  readonly epoch: number;
  /** Who wrote this: unique for one run of the engine. */
  readonly writer: string;
  readonly provider: TrafficProvider['name'];
  /** Port of the Services: a route's backends name it. */
  readonly port: number;
  /** Somebody else's route that is split; absent: the model's own. */
  readonly adopted?: AdoptedRoute | null;
  /** Bearers of this header reach the candidate at any weight. */
  readonly header?: TesterHeader | null;
  readonly stable: Revision | null;
  readonly candidate: Revision | null;
  readonly previous: Revision | null;
  readonly planHash: string | null;
  readonly steps: readonly StepConfig[];
  /** Index of the step in force; -1 before the first weight. */
  readonly step: number;
  /** Intended share of the candidate, 0..1. */
  readonly weight: number;
  readonly hold: Hold | null;
  /** The autoscaler's bounds before it was pinned; null when there is none. */
  readonly scaling: { readonly min: number; readonly max: number } | null;
  readonly analysis: AnalysisState | null;
  readonly reasons: readonly string[];
  readonly updatedAt: string;
  readonly history: readonly HistoryEntry[];
  /** Of the unfinished rollout; states of older engines do not have it. */
  readonly strategy?: Strategy;
  readonly request?: RolloutRequest;
  /** Revisions that were stable once, oldest first. */
  readonly records?: readonly RevisionRecord[];
  /** Of the last promoted rollout; states of older engines do not have it. */
  readonly settings?: RecordedSettings;
  /**
   * Why evidence speaks against the candidate, from the moment its traffic is taken away: whoever ends the rollout puts it into the history.
   */
  readonly verdict?: string | null;
  /** When the rollout began; states of older engines do not have it. */
  readonly service?: ServiceRecord | null;
}

/**
 * What a state becomes when its rollout is over, with this as the last entry of its history.
 */
export function endedWith(state: RolloutState, entry: HistoryEntry): Partial<RolloutState> {
  return {
    phase: 'done',
    progress: 'ended',
    candidate: null,
    hold: null,
    weight: 0,
    step: -1,
    analysis: null,
    verdict: null,
    reasons: [entry.reason],
    history: [...state.history, entry],
  };
}

const historyBytes = 256 * 1024;

/** The state object with optimistic locking: a write based on an old read fails. */
export class StateStore {
  readonly ref: ModelRef;
  readonly #api: KubeApi;
  #object: KubeObject | null;
  #state: RolloutState | null;

  private constructor(api: KubeApi, ref: ModelRef, object: KubeObject | null) {
    this.#api = api;
    this.ref = ref;
    this.#object = object;
    this.#state = object === null ? null : parse(object);
  }

  /** Reads the state; there may be none. */
  static async load(api: KubeApi, ref: ModelRef): Promise<StateStore> {
    return new StateStore(api, ref, await api.find(resources.configMap, ref.namespace, stateName(ref.model)));
  }

  get state(): RolloutState | null {
    return this.#state;
  }

  /** UID of the ConfigMap, for owner references. */
  get uid(): string | null {
    return this.#object?.metadata.uid ?? null;
  }

  /** Continues the same state through another connection. */
  through(api: KubeApi): StateStore {
    return new StateStore(api, this.ref, this.#object);
  }

  /**
   * Writes the state; `kubernetes/conflict` when somebody else wrote since it was read, `rollout/superseded` when that was an engine of a
   * higher epoch.
   */
  async save(next: Omit<RolloutState, 'updatedAt' | 'writer'>): Promise<RolloutState> {
    const state: RolloutState = {
      ...next,
      writer: randomUUID(),
      updatedAt: new Date().toISOString(),
      history: capped(next.history),
      ...(next.records === undefined ? {} : { records: capped(next.records) }),
    };
    const object = stateConfigMap(this.ref.model, this.ref.namespace, { state: JSON.stringify(state) });
    try {
      this.#object = await this.#write(object);
    } catch (error) {
      // The reply to a first try may have been lost: then what lies there is what we wrote.
      const there = await this.#api.find(resources.configMap, this.ref.namespace, object.metadata.name);
      if (there === null) throw error;
      const { writer, epoch } = parse(there);
      if (epoch > state.epoch) throw superseded(stateRef(this.ref.model), state.epoch, epoch);
      if (writer !== state.writer) throw error;
      this.#object = there;
    }
    this.#state = state;
    return state;
  }

  /** Changes some fields of the present state. */
  async update(change: Partial<RolloutState>): Promise<RolloutState> {
    if (this.#state === null) throw new Error('there is no state to update');
    return this.save({ ...this.#state, ...change });
  }

  /** Removes the state object (a first deploy that leaves nothing behind). */
  async remove(): Promise<void> {
    const metadata = this.#object?.metadata;
    if (metadata?.uid === undefined || metadata.resourceVersion === undefined) return;
    const { uid, resourceVersion } = metadata;
    await this.#api.delete(resources.configMap, this.ref.namespace, stateName(this.ref.model), {
      uid,
      resourceVersion,
    });
    this.#object = null;
    this.#state = null;
  }

  #write(object: KubeObject): Promise<KubeObject> {
    const resourceVersion = this.#object?.metadata.resourceVersion;
    if (resourceVersion === undefined) return this.#api.create(resources.configMap, object);
    return this.#api.replace(resources.configMap, { ...object, metadata: { ...object.metadata, resourceVersion } });
  }
}

function stateRef(model: string): ObjectRef {
  return { resource: resources.configMap, name: stateName(model) };
}

function parse(object: KubeObject): RolloutState {
  const text = (object['data'] as Record<string, string> | undefined)?.['state'];
  try {
    const state = JSON.parse(text ?? '') as RolloutState;
    // A newer engine's state must not be overwritten by a guess.
    if ((state.version as number) !== 1) throw new Error(`state version ${String(state.version)}, expected 1`);
    return state;
  } catch (cause) {
    throw new MlDeployError({
      code: 'rollout/unreadable-state',
      kind: 'infrastructure',
      message: `ConfigMap ${object.metadata.name} in namespace ${object.metadata.namespace ?? ''} holds no state of ml-deploy: ${cause instanceof Error ? cause.message : String(cause)}.`,
      hint: 'Restore it from a backup, or delete it after pointing the Service at a healthy revision.',
      cause,
    });
  }
}

function capped<T>(entries: readonly T[]): readonly T[] {
  let kept = entries;
  while (kept.length > 1 && JSON.stringify(kept).length > historyBytes) kept = kept.slice(1);
  return kept;
}
