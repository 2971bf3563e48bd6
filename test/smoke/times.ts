import { random } from '../fuzz/random.ts';

/** Draws of one kind of time, milliseconds. */
export type Draw = () => number;

/** Times like those of servers: skewed (lognormal), with 2 % that take several times as long. The same for the same seed. */
export function answerTimes(seed: number, median = 20): Draw {
  const next = random(seed);
  const normal = () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());
  return () => median * Math.exp(0.25 * normal()) * (next() < 0.02 ? 4 : 1);
}

/** So many of them. */
export function take(count: number, draw: Draw): number[] {
  return Array.from({ length: count }, draw);
}

/** Their mean where the median is 20 ms. */
export const trueMean = 20 * Math.exp(0.25 ** 2 / 2) * (1 + 0.02 * 3);

/** Their true quantiles there, from so many draws that they are certain to less than a percent. */
export function trueQuantiles(): { readonly p50: number; readonly p95: number; readonly p99: number } {
  const draw = answerTimes(77);
  const many = Float64Array.from({ length: 400_000 }, draw).sort();
  const at = (share: number) => many[Math.ceil(share * many.length) - 1] ?? NaN;
  return { p50: at(0.5), p95: at(0.95), p99: at(0.99) };
}

/** When answers are complete that come one after the other. */
export function endsOf(times: readonly number[]): number[] {
  let now = 0;
  return times.map((time) => (now += time));
}
