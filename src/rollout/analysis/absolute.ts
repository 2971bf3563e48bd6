import { goodFractions } from './plan.ts';
import type { Count } from './readings.ts';

/** Alternatives of "above the floor", as multiples of it. */
export const floorFactors: readonly number[] = [2, 5, 10, 20];

/** What one tick says about "the candidate's share of bad events is above `floor`", per alternative. */
export function aboveFloorRatios(candidate: Count, floor: number): readonly number[] {
  // Half-way to certainty at most, so that a high floor keeps alternatives below 1.
  const largest = (1 + floor) / 2;
  return floorFactors.map((factor) => bernoulliRatio(candidate, Math.min(floor * factor, largest), floor));
}

/** What one tick says about "the candidate's share of bad events is below `slo`", per alternative. */
export function goodRatios(candidate: Count, slo: number): readonly number[] {
  return goodFractions.map((fraction) => bernoulliRatio(candidate, slo * fraction, slo));
}

/** log likelihood ratio of "share q" against "share p". */
export function bernoulliRatio({ total, bad }: Count, q: number, p: number): number {
  return bad * Math.log(q / p) + (total - bad) * (Math.log1p(-q) - Math.log1p(-p));
}
