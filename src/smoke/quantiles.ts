import type { TimeQuantiles } from '../pipeline/evidence.ts';

/** Nearest-rank quantiles: each is a value that was really measured. Null for no values. */
export function quantiles(values: readonly number[]): TimeQuantiles | null {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number) => sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)];
  const [p50, p95, p99] = [at(0.5), at(0.95), at(0.99)];
  if (p50 === undefined || p95 === undefined || p99 === undefined) return null;
  return { p50, p95, p99, count: sorted.length };
}
