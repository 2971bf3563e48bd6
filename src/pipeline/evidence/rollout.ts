import type { EvidenceBase, VolatileFacts } from './base.ts';

export type ArmName = 'stable' | 'candidate';

export interface RevisionFacts {
  /** `r7` */
  readonly name: string;
  readonly image: string;
  readonly modelDigest: string | null;
}

export interface TimelineEvent {
  /** RFC 3339, UTC, milliseconds. */
  readonly at: string;
  /** Machine-readable kind, such as `watchdog-armed`, `candidate-ready`, `weight`, `decision`, `restored`, `promoted`, `retired`. */
  readonly kind: string;
  readonly message: string;
  /** Intended share of the candidate after this event, 0..1, when it changed. */
  readonly weight?: number;
}

/** One tick of one gating metric: counts of both arms and the evidence values after it. */
export interface TickEvidence {
  readonly at: string;
  readonly metric: string;
  readonly weight: number;
  readonly candidate: { readonly total: number; readonly bad: number };
  readonly stable: { readonly total: number; readonly bad: number };
  /** Natural logarithms of the evidence values, to be read against the logarithms of the thresholds. */
  readonly logWorse: number;
  readonly logAboveFloor: number;
  readonly logGood: number;
  readonly phi: number;
}

export interface MetricPlan {
  readonly metric: string;
  readonly title: string;
  /** Largest tolerated share of bad events, 0..1. */
  readonly slo: number;
  readonly floor: number;
  /** Judged against the slo alone, because the candidate had all the traffic: `margin` does not count. */
  readonly alone?: true;
  readonly margin: number;
  /** What a step has to prove: a share of bad events below the slo; `relative`: or better than stable; absent: the first. */
  readonly promotion?: 'absolute' | 'relative';
  /** Natural logarithm of the rollback threshold `1/alpha_m` and of the promotion threshold `1/beta`. */
  readonly logRollback: number;
  readonly logPromote: number;
  /** A guardrail: it can roll back, and nothing has to be proved about it. */
  readonly rollbackOnly?: true;
}

/** A plain threshold rule beside the verdict. */
export interface ThresholdRuleFacts {
  readonly metric: string;
  /** The rule in words, and whose it is. */
  readonly rule: string;
  /** Windows that were complete before the rollout ended, and how many of them were above the threshold. */
  readonly windows: number;
  readonly failing: number;
  /** When it would have rolled back, RFC 3339; null: not before the end. */
  readonly at: string | null;
  /** The comparison in one sentence. */
  readonly message: string;
}

/** Who took the decision out of the statistics' hands, and why. */
export interface ForcedBy {
  readonly reason: string;
  readonly by: string;
}

export interface RolloutEvidence extends EvidenceBase<
  'rollout',
  VolatileFacts & {
    readonly timeline: readonly TimelineEvent[];
    readonly ticks: readonly TickEvidence[];
    /** Every counted request of the candidate and of the stable arm while the candidate had traffic. */
    readonly totals: Readonly<Record<ArmName, { readonly requests: number; readonly errors: number }>>;
    readonly apiRequests: number;
    /** What a plain threshold rule makes of the same counts, where that is worth telling; it decides nothing. */
    readonly thresholdRules?: readonly ThresholdRuleFacts[];
    /** Logs and events captured before a failed candidate was removed. */
    readonly diagnosis: readonly string[];
  }
> {
  readonly model: string;
  readonly namespace: string;
  /** `atOnce`: all traffic as soon as the pods are ready, without statistics (forced, or an undo). */
  readonly strategy: 'first' | 'canary' | 'blueGreen' | 'recreate' | 'atOnce' | 'adopt';
  /** A person let the rollout skip the statistics. */
  readonly forced?: ForcedBy;
  /** A person asked for a revision that evidence had rolled back before. */
  readonly retried?: true;
  readonly provider: string;
  readonly stable: RevisionFacts | null;
  readonly candidate: RevisionFacts;
  readonly steps: readonly number[];
  readonly metrics: readonly MetricPlan[];
  readonly decision: 'promote' | 'rollback' | 'inconclusive' | 'held' | 'none';
  /** Why, in sentences a person on call understands. */
  readonly reasons: readonly string[];
}
