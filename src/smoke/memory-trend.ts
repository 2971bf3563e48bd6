/** Memory of the server after so many measured requests. */
export interface MemorySample {
  readonly requests: number;
  readonly bytes: number;
}

export interface MemoryTrend {
  /** Bytes for each request: the median of the slopes between all pairs of samples. */
  readonly slope: number;
  /** The true slope is below this in one of 200 cases. */
  readonly low: number;
  readonly samples: number;
}

/** One-sided, 99.5 %. */
const z = 2.576;

/**
 * The slope of Theil and Sen with its lower confidence bound from Kendall's variance (P. K. Sen, Estimates of the regression
 * coefficient based on Kendall's tau, JASA 63, 1968). A single step, such as a cache that is filled at once, hardly moves it. Null for
 * fewer than 10 samples, or when none differ in `requests`.
 */
export function memoryTrend(samples: readonly MemorySample[]): MemoryTrend | null {
  const count = samples.length;
  if (count < 10) return null;
  const slopes = Float64Array.from(
    samples.flatMap((a, index) =>
      samples.slice(index + 1).flatMap((b) => {
        const requests = b.requests - a.requests;
        return requests === 0 ? [] : [(b.bytes - a.bytes) / requests];
      }),
    ),
  ).sort();
  const middle = slopes[Math.floor((slopes.length - 1) / 2)];
  // Looks between two answers have the same number of requests, and tell nothing of each other.
  const ties = [...Map.groupBy(samples, ({ requests }) => requests).values()];
  const tied = ties.reduce((sum, { length }) => sum + spread(length), 0);
  const half = (z * Math.sqrt((spread(count) - tied) / 18)) / 2;
  const low = slopes[Math.floor(slopes.length / 2 - half)];
  return middle === undefined || low === undefined ? null : { slope: middle, low, samples: count };
}

/** Kendall's: 18 times the variance of the score of so many samples. */
function spread(count: number): number {
  return count * (count - 1) * (2 * count + 5);
}

/**
 * When memory that grows is a leak. Heaps that are collected rarely and caches that fill slowly look like one for a while, so a suspicion is
 * confirmed by more requests (both simulated in the tests).
 */
export const leakRule = {
  /** Share of the run that fills caches, pools and heaps, and is not counted. */
  uncounted: 0.5,
  /** How far the growth is drawn out: ten times what was asked for, since more would be a guess. */
  further: 10,
  /** Requests that confirm a suspicion, of those before. */
  confirming: 4,
  /** Share of them that is not counted. */
  unconfirmed: 0.25,
  /** Growth over all that time that settles nothing, of the limit. */
  negligible: 0.01,
} as const;

/**
 * Whether memory is more likely than not to be above the limit after so many further requests: a suspicion, which more requests confirm. To demand
 * certainty at once would miss slow leaks below a heap that is collected, which moves by more than they do.
 */
export function mayReach({ slope }: MemoryTrend, lastBytes: number, further: number, limitBytes: number): boolean {
  return slope > 0 && lastBytes + slope * further > limitBytes;
}

/** Whether memory that certainly grows so fast is above the limit after so many further requests. */
export function reaches({ low }: MemoryTrend, lastBytes: number, further: number, limitBytes: number): boolean {
  return low > 0 && lastBytes + low * further > limitBytes;
}

/** What further requests say of a suspicion. */
export type Confirmation = 'leak' | 'slow growth' | 'no growth' | 'unclear';

/**
 * What the requests that confirm a suspicion say. Memory that is more likely than not to be above the limit is no leak for certain, and not known to
 * be none: a heap that is collected rarely, or a leak below one that is collected at all, which moves by more than it.
 */
export function confirmation(trend: MemoryTrend, lastBytes: number, further: number, limitBytes: number): Confirmation {
  if (reaches(trend, lastBytes, further, limitBytes)) return 'leak';
  // A server that has more than the limit anyhow would be above it with any noise.
  const matters = trend.slope * further > leakRule.negligible * limitBytes;
  if (matters && mayReach(trend, lastBytes, further, limitBytes)) return 'unclear';
  return trend.low > 0 ? 'slow growth' : 'no growth';
}

/** The trend behind the first so many requests. */
export function trendAfter(samples: readonly MemorySample[], requests: number): MemoryTrend | null {
  return memoryTrend(samples.filter((sample) => sample.requests > requests));
}
