/**
 * Values that one label may have: a list of exact ones, or an anchored regular expression in what RE2 (Prometheus) and JavaScript have
 * in common. `except` takes every series whose label does not match. A label that a series lacks is the empty string.
 */
export type LabelMatch = readonly string[] | { readonly pattern: string } | { readonly except: string };

/** Labels that a series must have; labels that are not named match anything. */
export type LabelMatches = Readonly<Record<string, LabelMatch>>;

/** Series of one counter; their values are added up. */
export interface SeriesSelector {
  readonly name: string;
  readonly where: LabelMatches;
}

/** Cumulative counts of all events and of the bad ones among them, each the sum of all the series that its selectors pick. */
export interface CounterPair {
  readonly total: readonly SeriesSelector[];
  readonly bad: readonly SeriesSelector[];
}

/** A latency histogram; `name` is without `_bucket`. */
export interface LatencyHistogram {
  readonly name: string;
  readonly where: LabelMatches;
  /** Seconds that one unit of the label `le` means: 1, or 0.001 for a histogram of milliseconds. */
  readonly unitSeconds: number;
  /** Edges in seconds; `slo.latency.under` has to be one of them. */
  readonly edgesSeconds: readonly number[];
}

/** Bad outputs that only the server sees, such as NaN. They roll back; no share of them has to be proved unless an slo is set. */
export interface Guardrail {
  readonly id: 'nan' | 'empty' | 'unfinished';
  /** Completes "... of the candidate": `answers with NaN`. */
  readonly title: string;
  readonly counts: CounterPair;
}

/**
 * How to count requests from a server's own Prometheus metrics. All counters are cumulative since `startTime`; probes, warm-up and
 * metrics reads are not in them, or `limits` says so.
 */
export interface MetricsPreset {
  /** Name of the preset in `rollout.metrics.preset`. */
  readonly name: string;
  readonly port: number;
  readonly path: string;
  /** Failed requests among all (5xx and exceptions; a client's own mistakes are not errors). Null: the server counts no failures. */
  readonly errors: CounterPair | null;
  /** Null: the server has no latency histogram. */
  readonly latency: LatencyHistogram | null;
  readonly guardrails: readonly Guardrail[];
  /** Gauge with the Unix start time of the counters: a smaller counter is a reset only when it changed. Null: Kubernetes' restart counts tell. */
  readonly startTime: string | null;
  /** What these metrics do not show and what judges it instead, as sentences for plan and docs. */
  readonly limits: readonly string[];
}
