import type { Margins } from '../../../src/rollout/analysis/noncentral-hypergeometric.ts';

/** Fisher's noncentral hypergeometric law by exact integer arithmetic, times a common factor; w = numerator / denominator. */
export function exactTerms(
  { candidate, stable, bad }: Margins,
  numerator: bigint,
  denominator: bigint,
): Map<number, bigint> {
  const terms = new Map<number, bigint>();
  const low = Math.max(0, bad - stable);
  const high = Math.min(bad, candidate);
  let ways = choose(candidate, low) * choose(stable, bad - low);
  let weight = denominator ** BigInt(high - low);
  for (let j = low; j <= high; j++) {
    terms.set(j, ways * weight);
    ways = (ways * BigInt(candidate - j) * BigInt(bad - j)) / (BigInt(j + 1) * BigInt(stable - bad + j + 1));
    weight = (weight / denominator) * numerator;
  }
  return terms;
}

function choose(n: number, k: number): bigint {
  let value = 1n;
  for (let i = 1; i <= k; i++) value = (value * BigInt(n - k + i)) / BigInt(i);
  return value;
}

/** log of a ratio of big integers, from their leading bits. */
export function logRatio(a: bigint, b: bigint): number {
  const log = (value: bigint): number => {
    const bits = value.toString(16).length * 4;
    const shift = Math.max(0, bits - 1000);
    return Math.log(Number(value >> BigInt(shift))) + shift * Math.LN2;
  };
  return log(a) - log(b);
}
