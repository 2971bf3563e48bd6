import { createAnalysis, type TickInput } from '../src/rollout/analysis/analysis.ts';
import { logLikelihoodRatios } from '../src/rollout/analysis/noncentral-hypergeometric.ts';
import type { AnalysisPlan } from '../src/rollout/analysis/plan.ts';

const plan: AnalysisPlan = {
  metrics: [{ id: 'errors', title: 'failed requests', slo: 0.02, floor: 0.002, alpha: 0.05 }],
  margin: 1.5,
  alpha: 0.05,
  beta: 0.05,
  promotion: 'absolute',
  phiPrior: 1,
  splitTolerance: 0.05,
  steps: [{ weight: 0.1, minTimeMs: 0, minRequests: 0 }],
};

/** Longest a tick of a million requests may take, milliseconds. */
const limitMs = 5;

/** Median milliseconds of one tick of a million requests, reasons and saved state included. */
function tickMs(share: number, weight: number): number {
  const analysis = createAnalysis(plan);
  analysis.startStep(0, weight);
  const pods = (arm: string, count: number, total: number, tick: number) =>
    Array.from({ length: count }, (_, pod) => ({
      pod: `${arm}-${pod}`,
      total: Math.round(total / count),
      bad: Math.round((total / count) * share) + ((pod + tick) % 3),
    }));
  const times = Array.from({ length: 101 }, (_, tick) => {
    const errors = { candidate: pods('c', 2, 1e6 * weight, tick), stable: pods('s', 18, 1e6 * (1 - weight), tick) };
    const input: TickInput = { at: '', weight, elapsedMs: 15_000, deltas: { errors } };
    const start = performance.now();
    const { reasons } = analysis.tick(input);
    const saved = JSON.stringify({ reasons, state: analysis.state() });
    const time = performance.now() - start;
    if (saved.length > 20_000) throw new Error('the saved state grows with traffic');
    return time;
  });
  return times.sort((a, b) => a - b)[50] ?? NaN;
}

/** Median milliseconds of the law alone, where its sum is longest: half of a million requests bad, groups of equal size. */
function lawMs(): number {
  const margins = { candidate: 500_000, stable: 500_000, bad: 500_000 };
  const times = Array.from({ length: 31 }, (_, tick) => {
    const start = performance.now();
    logLikelihoodRatios(250_000 + tick, margins, 1.5, [2.25, 3, 4.5, 7.5, 15]);
    return performance.now() - start;
  });
  return times.sort((a, b) => a - b)[15] ?? NaN;
}

/** One tick of the decision at a million requests. */
export async function run(): Promise<boolean> {
  let met = true;
  const say = (name: string, ms: number): void => {
    met &&= ms < limitMs;
    console.log(`  ${name.padEnd(52)} ${ms.toFixed(3).padStart(8)} ms  (limit ${limitMs} ms)`);
  };
  for (const share of [0.0001, 0.005, 0.05, 0.3, 0.5]) {
    say(`a tick of 1,000,000 requests, ${share * 100} % bad, weight 10 %`, tickMs(share, 0.1));
  }
  say('a tick of 1,000,000 requests, 50 % bad, weight 50 %', tickMs(0.5, 0.5));
  say('the law alone, 500,000 bad of 1,000,000, equal arms', lawMs());
  return Promise.resolve(met);
}
