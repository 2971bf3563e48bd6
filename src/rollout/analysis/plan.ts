import type { RolloutConfig } from '../../config/config.ts';
import type { MetricPlan } from '../../pipeline/evidence.ts';
import type { MetricsPreset } from '../../server/metrics-preset.ts';
import { countRules } from './count-rules.ts';

/** Alternatives of the promotion test, as fractions of the slo: how good a good candidate may be. */
export const goodFractions: readonly number[] = [0.05, 0.25, 0.5];

/** `errors`, `latency`, a guardrail (`nan`, `empty`), or the name of a metric of the user's. */
export type MetricId = string;

/** Part of alpha that all guardrails together may spend: what they see is rare, and gross when it happens. */
const guardrailShare = 0.2;

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
  /** A guardrail: it can roll back, and nothing has to be proved about it. */
  readonly rollbackOnly?: true;
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
  /** What a step has to prove: a share of bad events below the slo; `relative`: or better than stable. */
  readonly promotion: 'absolute' | 'relative';
  /** Dispersion assumed while pods have not shown theirs; 1 = errors are independent. */
  readonly phiPrior: number;
  /** Allowed distance between seen and intended share, 0..1; null: the split is not checked. */
  readonly splitTolerance: number | null;
  /** True when requests of testers reach the candidate besides its share: only too small a share is a miss. */
  readonly moreIsExpected?: boolean;
  readonly steps: readonly AnalysisStep[];
  /** The candidate has all the traffic: there is no stable arm to compare with, and it is rolled back when it is above its slo. */
  readonly alone?: boolean;
}

/** Choices that come from the traffic provider rather than from the file. */
export interface PlanOptions {
  /** Allowed absolute distance between seen and intended share; null when routing is sticky or only in expectation. */
  readonly splitTolerance: number | null;
  /** Testers reach the candidate besides its share. */
  readonly moreIsExpected?: boolean;
  readonly phiPrior?: number;
  /** Judged against the slo, with all the traffic. */
  readonly alone?: boolean;
}

/**
 * Turns the rollout's configuration and the server's metrics into the plan of the decision. alpha is split evenly over the metrics that
 * have to be proved; guardrails share a fifth of it. Throws what `countRules` throws.
 */
export function planAnalysis(rollout: RolloutConfig, preset: MetricsPreset, options: PlanOptions): AnalysisPlan {
  const rules = countRules(rollout, preset);
  const { slo } = rollout;
  const gating: Omit<MetricSpec, 'floor' | 'alpha'>[] = [];
  if (rules['errors'] !== undefined) gating.push({ id: 'errors', title: 'failed requests', slo: slo.errors });
  if (slo.latency !== null) {
    const title = `requests slower than ${slo.latency.underMs} ms`;
    gating.push({ id: 'latency', title, slo: 1 - slo.latency.share });
  }
  gating.push(...gatewayMetrics(rollout));
  for (const custom of rollout.metrics.custom) {
    gating.push({ id: custom.name, title: `bad ${custom.name} events`, slo: custom.slo });
  }
  const guardrails = preset.guardrails.map(
    ({ id, title }) => ({ id, title, slo: slo.errors, rollbackOnly: true }) as const,
  );
  const alphaOf = (count: number, share: number): number => (rollout.alpha * share) / count;
  const main = guardrails.length === 0 ? 1 : 1 - guardrailShare;
  return {
    metrics: [
      ...gating.map((spec) => ({ ...spec, floor: spec.slo / 10, alpha: alphaOf(gating.length, main) })),
      ...guardrails.map((spec) => ({
        ...spec,
        floor: spec.slo / 10,
        alpha: alphaOf(guardrails.length, guardrailShare),
      })),
    ],
    margin: rollout.margin,
    alpha: rollout.alpha,
    beta: rollout.beta,
    promotion: rollout.promotion,
    phiPrior: options.phiPrior ?? 1,
    splitTolerance: options.splitTolerance,
    ...(options.moreIsExpected === true ? { moreIsExpected: true } : {}),
    steps: rollout.steps.map(({ weight, minTimeMs, minRequests }) => ({ weight, minTimeMs, minRequests })),
    ...(options.alone === true ? { alone: true } : {}),
  };
}

function gatewayMetrics({ slo, metrics: { gateway } }: RolloutConfig): Omit<MetricSpec, 'floor' | 'alpha'>[] {
  if (gateway === null) return [];
  const errors = { id: 'gateway-errors', title: '5xx answers', slo: gateway.errors ?? slo.errors };
  if (gateway.latency === null) return [errors];
  const { underMs, share } = gateway.latency;
  return [errors, { id: 'gateway-latency', title: `answers slower than ${underMs} ms`, slo: 1 - share }];
}

/** The plan of one metric as it stands in the evidence. */
export function metricPlan(spec: MetricSpec, plan: AnalysisPlan): MetricPlan {
  return {
    metric: spec.id,
    title: spec.title,
    slo: spec.slo,
    // Alone, "too bad" means worse than the slo.
    floor: plan.alone === true ? spec.slo : spec.floor,
    ...(plan.alone === true ? { alone: true } : {}),
    margin: plan.margin,
    promotion: plan.promotion,
    logRollback: -Math.log(spec.alpha),
    logPromote: -Math.log(plan.beta),
    ...(spec.rollbackOnly === true ? { rollbackOnly: true as const } : {}),
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
