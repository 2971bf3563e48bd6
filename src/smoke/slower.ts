import type { QuantileInterval, SpeedRecord, ThroughputEvidence, TimeQuantiles } from '../pipeline/evidence.ts';

/**
 * Least slowdown of a request, milliseconds: by less the times of one server differ from machine to machine and hour to hour, and no user sees
 * it. Times of a few milliseconds are mostly those of network and scheduler.
 */
const leastMs = 5;

/** One figure of both tests; for throughput the values are seconds for each thousand requests, so that more is always worse. */
export interface ComparedFigure {
  /** `p95`, `throughput`. */
  readonly name: string;
  readonly now: string;
  readonly before: string;
  /** How many times as slow; 1: as fast. */
  readonly ratio: number;
  /** Slower than the margin allows, by more than chance explains. */
  readonly slower: boolean;
}

interface Speed {
  readonly latencyMs: TimeQuantiles;
  readonly throughput: ThroughputEvidence | null;
}

/**
 * Holds the figures of two tests against each other. One is slower when its whole 95 % interval lies above that of the other one times
 * `1 + margin`, and by 5 ms for each request: with times that are independent that happens by chance in at most 3 of 100 tests, for all four figures together (simulated in the tests). What a figure's interval leaves open is not judged.
 * @param now what was measured
 * @param before what is recorded
 * @param margin largest slowdown that is tolerated, as a share
 */
export function compareSpeed(
  now: Speed,
  before: Pick<SpeedRecord, 'latencyMs' | 'throughput'>,
  margin: number,
): readonly ComparedFigure[] {
  const quantiles = (['p50', 'p95', 'p99'] as const).map((name): ComparedFigure => {
    const [low, high] = [now.latencyMs.intervals?.[name].low ?? null, before.latencyMs.intervals?.[name].high ?? null];
    return {
      name,
      now: told(now.latencyMs[name], now.latencyMs.intervals?.[name], 'ms'),
      before: told(before.latencyMs[name], before.latencyMs.intervals?.[name], 'ms'),
      ratio: now.latencyMs[name] / before.latencyMs[name],
      slower: low !== null && high !== null && isSlower(low, high, margin),
    };
  });
  if (now.throughput === null || before.throughput === null) return quantiles;
  const [most, least] = [now.throughput.interval?.high ?? null, before.throughput.interval?.low ?? null];
  // What each of the requests that are under way together takes.
  const eachMs = (perSecond: number, { concurrency }: ThroughputEvidence): number => (1000 * concurrency) / perSecond;
  return [
    ...quantiles,
    {
      name: 'throughput',
      now: told(now.throughput.perSecond, now.throughput.interval, 'requests per second'),
      before: told(before.throughput.perSecond, before.throughput.interval, 'requests per second'),
      ratio: before.throughput.perSecond / now.throughput.perSecond,
      slower:
        most !== null &&
        least !== null &&
        isSlower(eachMs(most, now.throughput), eachMs(least, before.throughput), margin),
    },
  ];
}

function isSlower(low: number, high: number, margin: number): boolean {
  return low > high * (1 + margin) && low - high >= leastMs;
}

function told(value: number, interval: QuantileInterval | undefined, unit: string): string {
  const { low = null, high = null } = interval ?? {};
  return low === null || high === null ? `${value} ${unit}` : `${value} ${unit} (${low} to ${high})`;
}
