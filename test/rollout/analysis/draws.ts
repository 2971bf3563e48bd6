import type { PodDelta } from '../../../src/rollout/analysis/readings.ts';

/** Seeded random numbers in [0, 1) (sfc32: 128 bits of state, so that the streams of different seeds do not overlap). */
export function random(seed: number): () => number {
  let a = seed | 0;
  let b = Math.imul(seed, 0x9e3779b1);
  let c = 0x2545f491;
  let counter = 1;
  const next = (): number => {
    const out = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + out) | 0;
    return (out >>> 0) / 4294967296;
  };
  for (let round = 0; round < 15; round++) next();
  return next;
}

function normal(next: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());
}

/** Poisson draw; the normal approximation from a mean of 60 on: how many requests come does not matter to the decision. */
export function poisson(next: () => number, mean: number): number {
  if (mean > 60) return Math.max(0, Math.round(mean + Math.sqrt(mean) * normal(next)));
  let count = 0;
  for (let rest = mean; rest > 0; rest -= 30) {
    const limit = Math.exp(-Math.min(rest, 30));
    for (let product = next(); product > limit; product *= next()) count += 1;
  }
  return count;
}

/** Exact binomial draw: geometric gaps where few are expected, else transformed rejection. */
export function binomial(next: () => number, n: number, p: number): number {
  if (p <= 0 || n === 0) return 0;
  if (p >= 1) return n;
  if (p > 0.5) return n - binomial(next, n, 1 - p);
  if (n * p >= 10) return rejection(next, n, p);
  const scale = 1 / Math.log1p(-p);
  let count = 0;
  for (let at = gap(next, scale); at < n; at += 1 + gap(next, scale)) count += 1;
  return count;
}

function gap(next: () => number, scale: number): number {
  return Math.floor(Math.log(1 - next()) * scale);
}

/** Hörmann's BTRS (Journal of Statistical Computation and Simulation 46, 1993); n p >= 10, p <= 1/2. */
function rejection(next: () => number, n: number, p: number): number {
  const spread = Math.sqrt(n * p * (1 - p));
  const b = 1.15 + 2.53 * spread;
  const a = -0.0873 + 0.0248 * b + 0.01 * p;
  const c = n * p + 0.5;
  const alpha = (2.83 + 5.1 / b) * spread;
  const squeeze = 0.92 - 4.2 / b;
  const mode = Math.floor((n + 1) * p);
  for (;;) {
    const u = next() - 0.5;
    const v = next();
    const us = 0.5 - Math.abs(u);
    const k = Math.floor(((2 * a) / us + b) * u + c);
    if (k < 0 || k > n) continue;
    if (us >= 0.07 && v <= squeeze) return k;
    const accept =
      (mode - k) * Math.log((1 - p) / p) +
      logFactorial(mode) +
      logFactorial(n - mode) -
      logFactorial(k) -
      logFactorial(n - k);
    if (Math.log((v * alpha) / (a / (us * us) + b)) <= accept) return k;
  }
}

const factorials: number[] = [0];

/** log n!, summed once and kept. */
function logFactorial(n: number): number {
  for (let k = factorials.length; k <= n; k++) factorials.push((factorials[k - 1] ?? 0) + Math.log(k));
  return factorials[n] ?? NaN;
}

/** What comes to one arm during a tick. */
export interface ArmTraffic {
  readonly name: string;
  readonly pods: number;
  /** Expected requests of the whole arm. */
  readonly mean: number;
  /** Share of bad events. */
  readonly share: number;
  /** Mean number of bad events that come together; 1: independent. */
  readonly burst: number;
}

/** Requests of one arm spread over its pods; bursts hit one pod at a time. */
export function drawArm(next: () => number, { name, pods, mean, share, burst }: ArmTraffic): PodDelta[] {
  const drawn: PodDelta[] = [];
  for (let pod = 0; pod < pods; pod++) {
    const total = poisson(next, mean / pods);
    const bad = burst <= 1 ? binomial(next, total, share) : Math.min(total, inBursts(next, total * share, burst));
    drawn.push({ pod: podName(name, pod), total, bad });
  }
  return drawn;
}

/** How many of `mean` expected bad events come, in bursts of geometric size. */
export function inBursts(next: () => number, mean: number, burst: number): number {
  let bad = 0;
  for (let bursts = poisson(next, mean / burst); bursts > 0; bursts--) {
    bad += 1 + Math.floor(Math.log(1 - next()) / Math.log1p(-1 / burst));
  }
  return bad;
}

const names = new Map<string, string[]>();

function podName(arm: string, pod: number): string {
  let known = names.get(arm);
  if (known === undefined) names.set(arm, (known = []));
  return (known[pod] ??= `${arm}-${pod}`);
}
