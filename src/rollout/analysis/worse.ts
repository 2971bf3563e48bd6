import { logLikelihoodRatios } from './noncentral-hypergeometric.ts';
import type { Count } from './readings.ts';

/** Alternatives of "worse than stable", as multiples of the margin. */
export const worseFactors: readonly number[] = [1.5, 2, 3, 5, 10];

/** Alternatives of "better than stable": how many times the candidate's odds those of stable may be. */
export const betterFactors: readonly number[] = [1.5, 2, 3, 5, 10];

/** What one tick says about "stable's odds of a bad event are higher than the candidate's": the same law, roles exchanged. */
export function betterRatios(candidate: Count, stable: Count): readonly number[] {
  const margins = { candidate: stable.total, stable: candidate.total, bad: candidate.bad + stable.bad };
  return logLikelihoodRatios(stable.bad, margins, 1, betterFactors);
}

/**
 * What one tick says about "the candidate's odds of a bad event are more than `margin` times those of stable", per alternative. Given
 * how many bad events there were in both arms together, only their distribution over the arms counts: a shared incident says nothing.
 */
export function worseRatios(candidate: Count, stable: Count, margin: number): readonly number[] {
  const margins = { candidate: candidate.total, stable: stable.total, bad: candidate.bad + stable.bad };
  const alternatives = worseFactors.map((factor) => factor * margin);
  return logLikelihoodRatios(candidate.bad, margins, margin, alternatives);
}
