/** A confidence interval on a share, 0..1. */
export interface Interval {
  readonly low: number;
  readonly high: number;
}

/**
 * The Clopper-Pearson interval on the probability behind `hits` of `runs`: exact, each end is wrong with probability at most
 * `(1 - confidence) / 2`.
 */
export function clopperPearson(hits: number, runs: number, confidence = 0.99): Interval {
  const tail = (1 - confidence) / 2;
  return {
    low: hits === 0 ? 0 : bisect((p) => 1 - atMost(hits - 1, runs, p) < tail),
    high: hits === runs ? 1 : bisect((p) => atMost(hits, runs, p) > tail),
  };
}

/** Largest p in [0, 1] for which `holds`, which is true at 0 and false at 1. */
function bisect(holds: (p: number) => boolean): number {
  let low = 0;
  let high = 1;
  for (let step = 0; step < 60; step++) {
    const middle = (low + high) / 2;
    if (holds(middle)) low = middle;
    else high = middle;
  }
  return low;
}

/** P(X <= k) for X binomial(n, p), summed over the shorter tail. */
function atMost(k: number, n: number, p: number): number {
  if (k > n * p) return 1 - atMost(n - k - 1, n, 1 - p);
  if (k < 0) return 0;
  let log = n * Math.log1p(-p);
  let sum = Math.exp(log);
  for (let j = 0; j < k; j++) {
    log += Math.log(((n - j) / (j + 1)) * (p / (1 - p)));
    sum += Math.exp(log);
  }
  return Math.min(1, sum);
}
