import { createAnalysis } from '../../../src/rollout/analysis/analysis.ts';
import type { AnalysisPlan } from '../../../src/rollout/analysis/plan.ts';
import type { PodDelta } from '../../../src/rollout/analysis/readings.ts';

/** Seeded random numbers in [0, 1) (mulberry32). */
export function random(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

function normal(next: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());
}

/** Poisson draw; the normal approximation from a mean of 60 on: how many requests come does not matter to the decision. */
export function poisson(next: () => number, mean: number): number {
  if (mean > 60) return Math.max(0, Math.round(mean + Math.sqrt(mean) * normal(next)));
  let count = 0;
  for (let rest = mean; rest > 0; rest -= 30) {
    const limit = Math.exp(-Math.min(rest, 30));
    for (let product = next(); product > limit; product *= next()) count += 1;
  }
  return count;
}

/** Binomial draw by geometric gaps; the normal approximation where it is good. */
export function binomial(next: () => number, n: number, p: number): number {
  if (p <= 0 || n === 0) return 0;
  if (p >= 1) return n;
  if (p > 0.5) return n - binomial(next, n, 1 - p);
  if (n * p > 500) return Math.min(n, Math.max(0, Math.round(n * p + Math.sqrt(n * p * (1 - p)) * normal(next))));
  const scale = Math.log1p(-p);
  let count = 0;
  for (let at = Math.floor(Math.log(1 - next()) / scale); at < n; at += 1 + Math.floor(Math.log(1 - next()) / scale)) {
    count += 1;
  }
  return count;
}

/** One simulated rollout step: rates and errors may change with time. */
export interface Scenario {
  /** Requests per tick of both arms together. */
  readonly requests: (tick: number) => number;
  /** Share of the candidate; a change takes effect at a tick's border. */
  readonly weight: (tick: number) => number;
  readonly candidate: (tick: number) => number;
  readonly stable: (tick: number) => number;
  /** Mean number of bad events that come together; 1: independent. */
  readonly burst?: number;
  readonly pods?: { readonly candidate: number; readonly stable: number };
  readonly ticks: number;
  readonly plan: AnalysisPlan;
  /** Go on after the step has passed: counts false rollbacks under the longest possible look. */
  readonly neverPromote?: boolean;
}

export interface Ending {
  readonly decision: 'promote' | 'rollback' | 'inconclusive';
  readonly tick: number;
}

/** A plan with one metric, as most cases want it. */
export function errorsPlan(overrides: Partial<AnalysisPlan> & { slo?: number } = {}): AnalysisPlan {
  const { slo = 0.02, ...rest } = overrides;
  const alpha = rest.alpha ?? 0.05;
  return {
    metrics: [{ id: 'errors', title: 'failed requests', slo, floor: slo / 10, alpha }],
    margin: 1.5,
    alpha,
    beta: 0.05,
    phiPrior: 1,
    splitTolerance: null,
    steps: [{ weight: 0.1, minTimeMs: 0, minRequests: 0 }],
    ...rest,
  };
}

/** Requests of one arm spread over its pods; bursts hit one pod at a time. */
export function drawArm(
  next: () => number,
  arm: {
    readonly name: string;
    readonly pods: number;
    readonly mean: number;
    readonly share: number;
    readonly burst: number;
  },
): PodDelta[] {
  return Array.from({ length: arm.pods }, (_, index) => {
    const total = poisson(next, arm.mean / arm.pods);
    let bad = 0;
    if (arm.burst <= 1) bad = binomial(next, total, arm.share);
    else {
      for (let bursts = poisson(next, (total * arm.share) / arm.burst); bursts > 0; bursts--) {
        // Geometric size with the given mean.
        bad += 1 + Math.floor(Math.log(1 - next()) / Math.log1p(-1 / arm.burst));
      }
    }
    return { pod: `${arm.name}-${index}`, total, bad: Math.min(bad, total) };
  });
}

/** Runs the real decision code over one simulated rollout. */
export function simulate(scenario: Scenario, seed: number): Ending {
  const next = random(seed * 2654435761 + 97);
  const analysis = createAnalysis(scenario.plan);
  const { burst = 1, pods = { candidate: 2, stable: 4 } } = scenario;
  analysis.startStep(0, scenario.weight(0));
  let weight = scenario.weight(0);
  for (let tick = 0; tick < scenario.ticks; tick++) {
    if (scenario.weight(tick) !== weight) {
      weight = scenario.weight(tick);
      analysis.startStep(0, weight);
    }
    const arm = (name: 'candidate' | 'stable', part: number): PodDelta[] =>
      drawArm(next, {
        name,
        pods: pods[name],
        mean: scenario.requests(tick) * part,
        share: scenario[name](tick),
        burst,
      });
    const errors = { candidate: arm('candidate', weight), stable: arm('stable', 1 - weight) };
    const { decision } = analysis.tick({ at: '', weight, elapsedMs: 60_000, deltas: { errors } });
    if (decision === 'rollback' || (decision === 'promote' && scenario.neverPromote !== true)) {
      return { decision, tick: tick + 1 };
    }
  }
  return { decision: 'inconclusive', tick: scenario.ticks };
}

export interface Shares {
  readonly rollback: number;
  readonly promote: number;
  readonly inconclusive: number;
  /** Median tick of the rollbacks and of the promotions. */
  readonly rollbackTick: number;
  readonly promoteTick: number;
}

/** Shares of the endings over `runs` seeded rollouts. */
export function shares(scenario: Scenario, runs: number, firstSeed = 1): Shares {
  const ticks: Record<Ending['decision'], number[]> = { rollback: [], promote: [], inconclusive: [] };
  for (let run = 0; run < runs; run++) {
    const { decision, tick } = simulate(scenario, firstSeed + run);
    ticks[decision].push(tick);
  }
  const median = (values: number[]): number => values.sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;
  return {
    rollback: ticks.rollback.length / runs,
    promote: ticks.promote.length / runs,
    inconclusive: ticks.inconclusive.length / runs,
    rollbackTick: median(ticks.rollback),
    promoteTick: median(ticks.promote),
  };
}

/** Upper end of the one-sided 99.9 % confidence bound on a share (Wilson). */
export function upperBound(share: number, runs: number): number {
  const z = 3.09;
  const centre = share + (z * z) / (2 * runs);
  const spread = z * Math.sqrt((share * (1 - share)) / runs + (z * z) / (4 * runs * runs));
  return (centre + spread) / (1 + (z * z) / runs);
}
