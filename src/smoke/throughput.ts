import type { QuantileInterval } from '../pipeline/evidence.ts';

/** Parts of a run whose mean gaps are treated as independent: what is slow for a while, such as a collection, stays within one. */
const parts = 5;
/** Student's t with parts - 1 degrees of freedom, 97.5 %. */
const t = 2.776;
/** Fewer do not show how often a request takes long, and an interval would be too sure (simulated in the tests). */
const leastAnswers = 100;

export interface Throughput {
  /** Answered requests per second. */
  readonly perSecond: number;
  /** 95 % confidence interval; both sides null for fewer than 100 answers. */
  readonly interval: QuantileInterval;
}

/**
 * Requests per second with a confidence interval from batch means (A. M. Law, Simulation Modeling and Analysis, 5th ed., section 9.5.3):
 * the run is cut into five parts with as many answers each, and the spread of their mean gaps is that of the whole.
 * @param ends when each answer was complete, milliseconds since the first request was sent
 * @param wallMs length of the whole run; shorter than the last of `ends` when time was spent on other things
 */
export function throughput(ends: readonly number[], wallMs: number): Throughput | null {
  const count = ends.length;
  if (count === 0 || wallMs <= 0) return null;
  const perSecond = (count / wallMs) * 1000;
  if (count < leastAnswers) return { perSecond, interval: { low: null, high: null } };
  const sorted = ends.toSorted((a, b) => a - b);
  const at = (part: number) => Math.round((part * count) / parts);
  const endOf = (part: number) => (part === 0 ? 0 : (sorted[at(part) - 1] ?? 0));
  const gaps = Array.from({ length: parts }, (_, part) => (endOf(part + 1) - endOf(part)) / (at(part + 1) - at(part)));
  const mean = gaps.reduce((sum, gap) => sum + gap, 0) / parts;
  const variance = gaps.reduce((sum, gap) => sum + (gap - mean) ** 2, 0) / (parts - 1);
  // Relative to the mean, so that it also holds for a wall time that is a little shorter.
  const half = (t * Math.sqrt(variance / parts)) / mean;
  return { perSecond, interval: { low: perSecond / (1 + half), high: half < 1 ? perSecond / (1 - half) : null } };
}
