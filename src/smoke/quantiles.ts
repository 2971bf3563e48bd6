import type { QuantileInterval, TimeQuantiles } from '../pipeline/evidence.ts';

/** Each side of an interval is wrong in at most this share of runs: 95 % for both. */
const tail = 0.025;

/** Nearest-rank quantiles, each a value that was really measured, with their 95 % confidence intervals. Null for no values. */
export function quantiles(values: readonly number[]): TimeQuantiles | null {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number) => sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)];
  const [p50, p95, p99] = [at(0.5), at(0.95), at(0.99)];
  if (p50 === undefined || p95 === undefined || p99 === undefined) return null;
  const within = (share: number) => interval(sorted, share);
  return { p50, p95, p99, count: sorted.length, intervals: { p50: within(0.5), p95: within(0.95), p99: within(0.99) } };
}

/**
 * The 95 % confidence interval of a quantile from order statistics, free of any assumption about the distribution: how many of `n`
 * independent values lie below the true quantile is binomial (W. J. Conover, Practical Nonparametric Statistics, 3rd ed., section 3.2).
 * A side is null where so few values cannot bound it: the upper one of p99 needs 368 values.
 */
function interval(sorted: readonly number[], share: number): QuantileInterval {
  const count = sorted.length;
  // Ranks from 1: the lower is the largest l with P(B <= l - 1) <= tail, the upper the smallest u with P(B <= u - 1) >= 1 - tail.
  let lower = 0;
  let upper = count + 1;
  let sum = 0;
  let log = count * Math.log1p(-share);
  for (let below = 0; below < count; below++) {
    sum += Math.exp(log);
    if (sum <= tail) lower = below + 1;
    if (sum >= 1 - tail) {
      upper = below + 1;
      break;
    }
    log += Math.log((count - below) / (below + 1)) + Math.log(share) - Math.log1p(-share);
  }
  return { low: sorted[lower - 1] ?? null, high: sorted[upper - 1] ?? null };
}
