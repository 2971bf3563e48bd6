import type { JsonPatch, KubeApi } from '../../kubernetes/api.ts';
import type { ObjectRef } from '../names.ts';

/** What a provider needs to know to write patches; the watchdog takes it from the state alone. */
export interface TrafficFacts {
  readonly model: string;
  readonly namespace: string;
  /** Port of the Services. */
  readonly port: number;
}

/** Both revisions of a canary, by name, and the intended share of the candidate, 0..1. */
export interface Split {
  readonly stable: string;
  readonly candidate: string;
  readonly weight: number;
}

/** One object that directs traffic. Patches are pure: the engine adds the epoch's `test` and sends them. */
export interface TrafficObject extends ObjectRef {
  /** Sends everything to one revision. */
  allTo(revision: string): JsonPatch;
  /** Splits between two revisions; null when this object stays with the stable one during a canary. */
  split(split: Split): JsonPatch | null;
}

/** How traffic is divided: alternatives behind one interface. */
export interface TrafficProvider {
  readonly name: 'replicas' | 'gateway';
  /** The traffic objects, the one that users' traffic meets first in front: a takeover claims it first. */
  objects(facts: TrafficFacts): readonly TrafficObject[];
  /** Pods the candidate needs for a share when the stable revision has `stableReplicas`. */
  candidateReplicas(weight: number, stableReplicas: number): number;
  /** The share that so many pods really get, 0..1. */
  share(weight: number, candidateReplicas: number, stableReplicas: number): number;
  /** Allowed distance between seen and intended share per request; null when the share holds only per connection. */
  readonly splitTolerance: number | null;
  /** What is still missing until the written split is in force, or null when it is. */
  missing(api: KubeApi, facts: TrafficFacts, expected: ExpectedTraffic): Promise<string | null>;
}

export interface ExpectedTraffic {
  /** Ready pods (by IP) that must receive new connections, and no others. */
  readonly addresses: readonly string[];
  /** What was written: both revisions with the candidate's share, or the one that gets everything. */
  readonly written: Split | string;
}
