import type { RolloutConfig } from '../../config/config.ts';
import { MlDeployError } from '../../errors.ts';
import type { MetricPlan } from '../../pipeline/evidence.ts';
import type { MetricsPreset } from '../../server/server.ts';

/** Alternatives of the promotion test, as fractions of the slo: how good a good candidate may be. */
export const goodFractions: readonly number[] = [0.05, 0.25, 0.5];

export type MetricId = 'errors' | 'latency';

/** One gating metric: a share of bad events among all events. */
export interface MetricSpec {
  readonly id: MetricId;
  readonly title: string;
  /** Largest tolerated share of bad events, 0..1. */
  readonly slo: number;
  /** Below this share a candidate is never rolled back, however good the stable one is; 0..1. */
  readonly floor: number;
  /** Part of alpha this metric may spend, 0..1; all parts sum to alpha. */
  readonly alpha: number;
  /** A request slower than this counts as bad; only for `latency`. */
  readonly edgeSeconds?: number;
}

/** What a step demands besides evidence. */
export interface AnalysisStep {
  readonly weight: number;
  readonly minTimeMs: number;
  readonly minRequests: number;
}

/** Everything the decision depends on besides the counts. */
export interface AnalysisPlan {
  readonly metrics: readonly MetricSpec[];
  /** Odds ratio against stable that is tolerated (w0), >= 1. */
  readonly margin: number;
  /** Largest probability that a good candidate is ever rolled back. */
  readonly alpha: number;
  /** Largest probability that a candidate above its slo passes a step. */
  readonly beta: number;
  /** Dispersion assumed while pods have not shown theirs; 1 = errors are independent. */
  readonly phiPrior: number;
  /** Allowed distance between seen and intended share, 0..1; null: the split is not checked. */
  readonly splitTolerance: number | null;
  readonly steps: readonly AnalysisStep[];
}

/** Choices that come from the traffic provider rather than from the file. */
export interface PlanOptions {
  /** Allowed absolute distance between seen and intended share; null when routing is sticky or only in expectation. */
  readonly splitTolerance: number | null;
  readonly phiPrior?: number;
}

/**
 * Turns the rollout's configuration and the server's metrics into the plan of the decision. alpha is split evenly over the metrics.
 * Throws `config/latency-edge` when `slo.latency.under` is no edge of the server's histogram: a count cannot be read in between.
 */
export function planAnalysis(rollout: RolloutConfig, preset: MetricsPreset, options: PlanOptions): AnalysisPlan {
  const { errors, latency } = rollout.slo;
  const alpha = rollout.alpha / (latency === null ? 1 : 2);
  const metrics: MetricSpec[] = [{ id: 'errors', title: 'failed requests', slo: errors, floor: errors / 10, alpha }];
  if (latency !== null) {
    const slo = 1 - latency.share;
    const edgeSeconds = histogramEdge(latency.underMs, preset.latency.edgesSeconds);
    const title = `requests slower than ${latency.underMs} ms`;
    metrics.push({ id: 'latency', title, slo, floor: slo / 10, alpha, edgeSeconds });
  }
  return {
    metrics,
    margin: rollout.margin,
    alpha: rollout.alpha,
    beta: rollout.beta,
    phiPrior: options.phiPrior ?? 1,
    splitTolerance: options.splitTolerance,
    steps: rollout.steps.map(({ weight, minTimeMs, minRequests }) => ({ weight, minTimeMs, minRequests })),
  };
}

function histogramEdge(underMs: number, edgesSeconds: readonly number[]): number {
  const edge = edgesSeconds.find((seconds) => Math.abs(seconds * 1000 - underMs) < 1e-6 * underMs);
  if (edge !== undefined) return edge;
  const edges = edgesSeconds.map((seconds) => `${Number((seconds * 1000).toPrecision(12))}ms`);
  throw new MlDeployError({
    code: 'config/latency-edge',
    kind: 'usage',
    message: `rollout.slo.latency.under is ${underMs}ms, which is no edge of the server's latency histogram; its edges are ${edges.join(', ')}`,
    hint: `Requests are counted between the edges, so choose one of them, such as ${nearest(edges, edgesSeconds, underMs)}.`,
  });
}

function nearest(edges: readonly string[], edgesSeconds: readonly number[], underMs: number): string {
  const distances = edgesSeconds.map((seconds) => Math.abs(Math.log((seconds * 1000) / underMs)));
  return edges[distances.indexOf(Math.min(...distances))] ?? '1000ms';
}

/** The plan of one metric as it stands in the evidence. */
export function metricPlan(spec: MetricSpec, plan: AnalysisPlan): MetricPlan {
  return {
    metric: spec.id,
    title: spec.title,
    slo: spec.slo,
    floor: spec.floor,
    margin: plan.margin,
    logRollback: -Math.log(spec.alpha),
    logPromote: -Math.log(plan.beta),
  };
}

/**
 * How many requests without a single bad one prove `share of bad < slo` with error probability beta: 74 for 5 %, 187 for 2 %,
 * 377 for 1 %, 755 for 0.5 %, 3,780 for 0.1 % at beta = 5 %. Every step needs that many of the candidate.
 */
export function requestsNeeded(slo: number, beta: number): number {
  const enough = (n: number): boolean => {
    const factors = goodFractions.map((fraction) => ((1 - slo * fraction) / (1 - slo)) ** n);
    return factors.reduce((sum, factor) => sum + factor, 0) / factors.length >= 1 / beta;
  };
  let high = 1;
  while (!enough(high)) high *= 2;
  let low = Math.floor(high / 2);
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (enough(middle)) high = middle;
    else low = middle;
  }
  return high;
}
