import type { ArmName } from '../../pipeline/evidence.ts';
import type { MetricId } from './plan.ts';

/** A pod whose counters are read. */
export interface PodRef {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  /** status.podIP; null when the pod has none yet. */
  readonly ip: string | null;
  /** Restarts of the serving container (status.containerStatuses[].restartCount). */
  readonly restarts: number;
}

/** Cumulative counts since the process started. */
export interface Count {
  readonly total: number;
  readonly bad: number;
}

/** One reading of one pod. */
export interface PodCounters {
  /** Unix time at which the counters started, from the pod's own metrics; changes only with the process. Null: the server does not tell. */
  readonly startTime: number | null;
  /** A metric that the pod does not report is not there. */
  readonly counts: Readonly<Record<MetricId, Count>>;
}

/** One pod's answer, or why there is none. */
export type PodReading =
  | { readonly pod: PodRef; readonly counters: PodCounters; readonly readAtMs: number }
  | { readonly pod: PodRef; readonly missing: string };

/** Both arms, asked at the same moment. `readAtMs` are milliseconds of one monotonic clock. */
export type ArmsReading = Readonly<Record<ArmName, readonly PodReading[]>>;

/** What one pod served during a tick. */
export interface PodDelta extends Count {
  readonly pod: string;
}

/** Both arms' counts of one metric during a tick. */
export type ArmDeltas = Readonly<Record<ArmName, readonly PodDelta[]>>;
