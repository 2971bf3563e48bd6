import type { QuantileInterval, TimeQuantiles } from '../../pipeline/evidence.ts';
import { plural } from '../../plural.ts';
import type { Ask } from '../../server/protocols/protocol.ts';
import { histogram } from '../histogram.ts';
import { quantiles } from '../quantiles.ts';
import { requestSet } from '../request-set.ts';
import { throughput } from '../throughput.ts';
import type { Trial } from './check.ts';
import { type Load, load } from './load.ts';

export interface Speed {
  readonly answers: Load;
  /** Null: nothing was answered. */
  readonly latencyMs: TimeQuantiles | null;
}

/**
 * Sends `smoke.requests` requests, `smoke.concurrency` at a time; the figures become those of the test, in place of earlier ones. Quantiles
 * are nearest-rank.
 */
export async function measureSpeed(trial: Trial, asks: readonly Ask[]): Promise<Speed> {
  const { measured, config, running, server } = trial;
  const { requests, concurrency } = config.smoke;
  const answers = await load(trial, asks, requests);
  const { times, ends, firstTokens, wallMs, ownMs } = answers;
  const detour = running.detour();
  const way = detour === null ? '' : `, ${detour}, which adds to each`;
  const latencyMs = rounded(quantiles(times));
  measured.latencyMs = latencyMs;
  measured.firstTokenMs = rounded(quantiles(firstTokens));
  if (latencyMs !== null) {
    const speed = throughput(ends, wallMs);
    const perSecond = round(speed?.perSecond ?? 0);
    measured.seen = {
      ...measured.seen,
      ...(speed === null ? {} : { throughput: { perSecond, concurrency, interval: bounds(speed.interval) } }),
      load: { protocol: server.protocol, requestSet: requestSet(asks), concurrency, detour },
      latencyHistogram: histogram(times),
    };
    measured.details.push(
      `latency: ${told(latencyMs, 'request')}${way}`,
      `throughput: ${perSecond} requests per second${speed === null ? '' : within(bounds(speed.interval))}, ${concurrency} at a time`,
      ...(ownMs === null ? [] : [`of each time up to ${round(ownMs)} ms is that of this program and machine`]),
    );
  }
  if (measured.firstTokenMs !== null) {
    measured.details.push(`time to the first token: ${told(measured.firstTokenMs, 'streamed answer')}${way}`);
  }
  return { answers, latencyMs };
}

function told({ p50, p95, p99, count, intervals }: TimeQuantiles, what: string): string {
  const one = (name: string, ms: number, interval?: QuantileInterval) =>
    `${name} ${ms} ms${interval === undefined ? '' : within(interval)}`;
  const all = [one('p50', p50, intervals?.p50), one('p95', p95, intervals?.p95), one('p99', p99, intervals?.p99)];
  return `${all.join(', ')} of ${plural(count, what)}; in brackets 95 % confidence intervals`;
}

function within({ low, high }: QuantileInterval): string {
  return ` (${low ?? 'not known'} to ${high ?? 'not known'})`;
}

function rounded(times: TimeQuantiles | null): TimeQuantiles | null {
  if (times === null) return null;
  const { p50, p95, p99, count, intervals } = times;
  return {
    ...{ p50: round(p50), p95: round(p95), p99: round(p99), count },
    ...(intervals === undefined
      ? {}
      : { intervals: { p50: bounds(intervals.p50), p95: bounds(intervals.p95), p99: bounds(intervals.p99) } }),
  };
}

function bounds({ low, high }: QuantileInterval): QuantileInterval {
  return { low: low === null ? null : round(low), high: high === null ? null : round(high) };
}

function round(ms: number): number {
  return Math.round(ms * 100) / 100;
}
