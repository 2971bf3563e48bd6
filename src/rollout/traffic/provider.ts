import type { Config } from '../../config/config.ts';
import type { KubeApi, KubeObject, Resource } from '../../kubernetes/api.ts';
import type { Change } from '../fence.ts';
import type { ObjectRef } from '../names.ts';

/** Somebody else's route of which only the backends of the model are ours while a canary runs. */
export interface AdoptedRoute {
  readonly name: string;
  /** Number from 0 or name of the only rule concerned; null: every rule that sends to the model's Service. */
  readonly rule: number | string | null;
}

/** A header whose bearers reach the candidate at any weight. */
export interface TesterHeader {
  readonly name: string;
  readonly value: string;
}

/** What a provider needs to know to write patches; the watchdog takes it from the state alone. */
export interface TrafficFacts {
  readonly model: string;
  readonly namespace: string;
  /** Port of the Services. */
  readonly port: number;
  /** Absent or null: the route bears the model's name and is ours as a whole. */
  readonly adopted?: AdoptedRoute | null;
  readonly header?: TesterHeader | null;
}

/** Both revisions of a canary, by name, and the intended share of the candidate, 0..1 (0: only testers reach it). */
export interface Split {
  readonly stable: string;
  readonly candidate: string;
  readonly weight: number;
}

/** One object that directs traffic. Changes are pure: the engine adds the epoch's `test` and sends them. */
export interface TrafficObject extends ObjectRef {
  /** True when somebody else made it: it is never created and never deleted. */
  readonly adopted: boolean;
  /** Sends everything to one revision, testers too. */
  allTo(revision: string): Change;
  /** Splits between two revisions; null when this object stays with the stable one during a canary. */
  split(split: Split): Change | null;
}

/** An object that exists for traffic alone, as it is created with all traffic to one revision. */
export interface OwnedRoute {
  readonly resource: Resource;
  readonly object: KubeObject;
  /** Fields of its spec that follow the configuration later on. */
  readonly settled: readonly string[];
}

/** How traffic is divided: alternatives behind one interface. */
export interface TrafficProvider {
  readonly name: 'replicas' | 'gateway' | 'istio';
  /** The kind of route that it writes; null: it writes none. */
  readonly route: Resource | null;
  /** The traffic objects, the one that users' traffic meets first in front: a takeover claims it first. */
  objects(facts: TrafficFacts): readonly TrafficObject[];
  /** The route of our own; null when there is none besides the public Service. */
  owned(config: Config, revision: string, epoch: number): OwnedRoute | null;
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
  /** Ready pods (by IP) that must receive new connections through the public Service, and no others. */
  readonly addresses: readonly string[];
  /** What was written: both revisions with the candidate's share, or the one that gets everything. */
  readonly written: Split | string;
}
