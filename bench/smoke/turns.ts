import type { TimeQuantiles } from '../../src/pipeline/evidence.ts';

export const quantileNames = ['p50', 'p95', 'p99'] as const;
export type QuantileName = (typeof quantileNames)[number];

/** A 95 % interval of the median over runs, from their ranks; the whole range where six runs or fewer do not bound it. */
export function overTurns(
  runs: readonly TimeQuantiles[],
  name: QuantileName,
): { readonly low: number; readonly high: number; readonly median: number } {
  const sorted = runs.map((each) => each[name]).toSorted((a, b) => a - b);
  const count = sorted.length;
  let below = 0;
  let sum = 0;
  let share = 0.5 ** count;
  while (sum + share <= 0.025) {
    sum += share;
    below++;
    share *= (count - below + 1) / below;
  }
  const rank = Math.max(1, below);
  return { low: sorted[rank - 1] ?? NaN, high: sorted[count - rank] ?? NaN, median: middle(sorted) };
}

/** In how many turns the intervals of both runs overlap; `slack`: what their rounding adds. */
export function overlaps(
  a: readonly TimeQuantiles[],
  b: readonly TimeQuantiles[],
  name: QuantileName,
  slack: number,
): number {
  return a.filter((mine, turn) => {
    const [one, other] = [mine.intervals?.[name], b[turn]?.intervals?.[name]];
    return (one?.low ?? 0) <= (other?.high ?? Infinity) + slack && (other?.low ?? 0) <= (one?.high ?? Infinity) + slack;
  }).length;
}

/** The upper one of two. */
export function middle(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;
}
