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
  const slopes = samples
    .flatMap((a, index) =>
      samples.slice(index + 1).flatMap((b) => {
        const requests = b.requests - a.requests;
        return requests === 0 ? [] : [(b.bytes - a.bytes) / requests];
      }),
    )
    .toSorted((a, b) => a - b);
  const middle = slopes[Math.floor((slopes.length - 1) / 2)];
  const half = (z * Math.sqrt((count * (count - 1) * (2 * count + 5)) / 18)) / 2;
  const low = slopes[Math.floor(slopes.length / 2 - half)];
  return middle === undefined || low === undefined ? null : { slope: middle, low, samples: count };
}
