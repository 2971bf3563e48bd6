/** How `bad` events fall on two groups of `candidate` and `stable` requests, given their total. */
export interface Margins {
  /** Requests of the candidate. */
  readonly candidate: number;
  /** Requests of the stable arm. */
  readonly stable: number;
  /** Bad events of both. */
  readonly bad: number;
}

/** Terms smaller than this, relative to the largest, are left out of the sum. */
const negligible = 1e-16;

/**
 * log P_w(x) of Fisher's noncentral hypergeometric law: x of the bad events fall on the candidate, when its odds of a bad event are w
 * times those of the stable arm. `P_w(x) = C(n_c,x) C(n_s,k-x) w^x / sum_j C(n_c,j) C(n_s,k-j) w^j`. -Infinity outside the support.
 */
export function logProbability(x: number, margins: Margins, w: number): number {
  const { low, high } = support(margins);
  if (x < low || x > high) return -Infinity;
  return logWeight(x, margins) + x * Math.log(w) - logSum(margins, w);
}

/**
 * log of P_w(x) / P_w0(x) for each w: what one tick says for "odds w" against "odds w0". Independent of the order of calls; zero when
 * the tick carries no information (one arm silent, no bad events, or only bad ones).
 */
export function logLikelihoodRatios(x: number, margins: Margins, w0: number, ws: readonly number[]): number[] {
  const { low, high } = support(margins);
  if (low === high) return ws.map(() => 0);
  const base = logSum(margins, w0);
  return ws.map((w) => x * Math.log(w / w0) - (logSum(margins, w) - base));
}

function support({ candidate, stable, bad }: Margins): { low: number; high: number } {
  return { low: Math.max(0, bad - stable), high: Math.min(bad, candidate) };
}

/** log of the sum over the support, summed outward from its largest term by the ratio of neighbours. */
function logSum(margins: Margins, w: number): number {
  const { candidate, stable, bad } = margins;
  const { low, high } = support(margins);
  const mode = modeOf(margins, w);
  let sum = 1;
  for (let j = mode, term = 1; j < high && term > negligible; j++) {
    term *= (((candidate - j) / (j + 1)) * (bad - j) * w) / (stable - bad + j + 1);
    sum += term;
  }
  for (let j = mode, term = 1; j > low && term > negligible; j--) {
    term *= (((j / (candidate - j + 1)) * (stable - bad + j)) / (bad - j + 1)) * (1 / w);
    sum += term;
  }
  return logWeight(mode, margins) + mode * Math.log(w) + Math.log(sum);
}

/** The most probable x: the last one that is at least as probable as its left neighbour (root of a quadratic). */
function modeOf(margins: Margins, w: number): number {
  const { candidate, stable, bad } = margins;
  const { low, high } = support(margins);
  const b = w * (candidate + bad + 2) + stable - bad;
  const c = w * (candidate + 1) * (bad + 1);
  const root = (2 * c) / (b + Math.sqrt(Math.max(0, b * b - 4 * (w - 1) * c)));
  return Math.min(high, Math.max(low, Math.floor(root)));
}

/** log of C(n_c, x) C(n_s, k - x). */
function logWeight(x: number, { candidate, stable, bad }: Margins): number {
  return logBinomial(candidate, x) + logBinomial(stable, bad - x);
}

function logBinomial(n: number, k: number): number {
  return logFactorial(n) - logFactorial(k) - logFactorial(n - k);
}

const smallFactorials = ((): readonly number[] => {
  const logs = [0];
  for (let n = 1; n < 256; n++) logs.push((logs[n - 1] ?? 0) + Math.log(n));
  return logs;
})();

/** log n!: a table, then Stirling's series, whose error is below 1e-16 relative from 256 on. */
function logFactorial(n: number): number {
  const small = smallFactorials[n];
  if (small !== undefined) return small;
  const inverse = 1 / n;
  const series = inverse * (1 / 12 - inverse * inverse * (1 / 360 - (inverse * inverse) / 1260));
  return (n + 0.5) * Math.log(n) - n + 0.5 * Math.log(2 * Math.PI) + series;
}
