import type { Config } from '../config/config.ts';
import type { KubeApi } from '../kubernetes/api.ts';
import type { Outcome, RolloutEvidence } from '../pipeline/evidence.ts';
import type { Reporter } from '../pipeline/reporter.ts';
import type { Access } from '../pipeline/stage.ts';
import type { Server } from '../server/server.ts';
import type { AnalysisState } from './analysis/analysis.ts';
import type { Fence } from './fence.ts';
import type { EngineLease } from './lease.ts';
import type { Plan } from './plan.ts';
import type { Record } from './record.ts';
import type { StateStore } from './state.ts';
import { factsOf } from './traffic/index.ts';
import type { TrafficFacts } from './traffic/provider.ts';

/** One engine's work on one rollout, from the takeover to the end. */
export interface Run {
  readonly config: Config;
  readonly server: Server;
  /** Sizes and shares follow the stable revision until its autoscaler is pinned; nothing else changes. */
  plan: Plan;
  /** Not bound to the signal: what must be done after an interrupt goes through it too. */
  readonly api: KubeApi;
  readonly fence: Fence;
  readonly store: StateStore;
  readonly lease: EngineLease;
  readonly record: Record;
  readonly reporter: Reporter;
  /** Where credentials for metrics are. */
  readonly access: Pick<Access, 'environment' | 'root'>;
  readonly signal: AbortSignal;
  /** The engine image for the watchdog; null when it is off. */
  readonly watchdogImage: string | null;
  /** First step to take; later than 0 after a person released a hold. */
  readonly fromStep: number;
  /** Counts of an abandoned or held rollout that goes on. */
  readonly savedAnalysis: AnalysisState | null;
}

/** How a rollout ended, for the evidence. */
export interface Ending {
  readonly outcome: Outcome;
  readonly decision: RolloutEvidence['decision'];
  readonly summary: string;
  readonly reasons: readonly string[];
  readonly diagnosis: readonly string[];
}

/**
 * What the traffic provider needs to know of a run.
 */
export function trafficFacts(run: Pick<Run, 'config'>): TrafficFacts {
  return factsOf(run.config);
}
