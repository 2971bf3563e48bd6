import type { QuantileInterval, TimeQuantiles } from '../../pipeline/evidence.ts';
import { plural } from '../../plural.ts';
import { intervalText, milliseconds } from '../../report/speed.ts';
import { histogram } from '../histogram.ts';
import { quantiles } from '../quantiles.ts';
import { requestSet } from '../request-set.ts';
import { throughput } from '../throughput.ts';
import { durationText } from '../../config/units.ts';
import { beyondMessage, type Check, failed, passed, rightAsks, shorten, skipped } from './check.ts';
import { load, restartAfter, warmUpRequests } from './load.ts';

/** `smoke.requests` requests, `smoke.concurrency` at a time; quantiles are nearest-rank. */
export const latency: Check = {
  id: 'latency',
  title: 'Answers fast enough',
  run: async (trial) => {
    const { config, measured } = trial;
    const asks = rightAsks(trial);
    if (asks.length === 0) return skipped('No valid request is known.');
    const { requests, concurrency, maxP95Ms } = config.smoke;
    const {
      times,
      ends,
      firstTokens,
      problems,
      wallMs,
      live: seen,
      memory,
      gpuMemory,
      ownMs,
    } = await load(trial, asks, requests);
    measured.live = seen;
    measured.memory = memory;
    measured.gpuMemory = gpuMemory;
    const found = rounded(quantiles(times));
    const detour = trial.running.detour();
    const way = detour === null ? '' : `, ${detour}, which adds to each`;
    measured.latencyMs = found;
    measured.firstTokenMs = rounded(quantiles(firstTokens));
    if (found !== null) {
      const speed = throughput(ends, wallMs);
      const perSecond = round(speed?.perSecond ?? 0);
      measured.seen = {
        ...measured.seen,
        ...(speed === null ? {} : { throughput: { perSecond, concurrency, interval: bounds(speed.interval) } }),
        load: { protocol: trial.server.protocol, requestSet: requestSet(asks), concurrency, detour },
        latencyHistogram: histogram(times),
      };
      measured.details.push(
        `latency: ${told(found, 'request')}${way}`,
        `throughput: ${perSecond} requests per second${speed === null ? '' : within(bounds(speed.interval))}, ${concurrency} at a time`,
        ...(ownMs === null ? [] : [`of each time up to ${round(ownMs)} ms is that of this program and machine`]),
      );
    }
    if (measured.firstTokenMs !== null) {
      measured.details.push(`time to the first token: ${told(measured.firstTokenMs, 'streamed answer')}${way}`);
    }
    const limit = maxP95Ms === null ? undefined : `p95 of ${durationText(maxP95Ms)} (smoke.maxP95)`;
    const seen95 = found === null ? [] : [p95Text(found)];
    if (problems.length > 0) return failed(`Requests failed: ${shorten(problems)}`, limit, beyondMessage(problems));
    if (maxP95Ms !== null && found !== null && found.p95 > maxP95Ms) {
      return failed(`The 95th percentile of ${plural(found.count, 'request')} is above the limit.`, limit, seen95);
    }
    const said = maxP95Ms === null ? 'measured, no limit is set' : 'the 95th percentile is within the limit';
    const atOnce = concurrency === 1 ? '' : `, ${concurrency} at a time,`;
    return passed(
      `${plural(requests, 'request')}${atOnce} after ${warmUpRequests(concurrency)} for warm-up: ${said}.`,
      limit,
      seen95,
    );
  },
};

/** A busy server that forgets its liveness probe is restarted by Kubernetes just when it is needed. */
export const live: Check = {
  id: 'live',
  title: 'Says that it lives while it is busy',
  run: ({ measured, server, config }) => {
    const { live: seen } = measured;
    if (seen === null) return Promise.resolve(skipped('The server was not kept busy.'));
    const { livePath } = server.probes(config);
    const limit = `fewer than ${restartAfter} failures in a row`;
    measured.details.push(
      `liveness: GET ${livePath} asked ${seen.asked} times meanwhile, ${seen.inRow} failures in a row at most`,
    );
    return Promise.resolve(
      seen.inRow >= restartAfter
        ? failed(`GET ${livePath} failed ${restartAfter} times in a row: ${seen.failure ?? ''}.`, limit)
        : passed(`GET ${livePath} was answered while requests ran.`, limit),
    );
  },
};

/** `p95 was 333 ms (95 % confidence interval 300 ms to 350 ms).` */
export function p95Text({ p95, intervals }: TimeQuantiles): string {
  const interval = intervals?.p95 ?? { low: null, high: null };
  const open = interval.low === null && interval.high === null;
  return `p95 was ${milliseconds(p95)}${open ? '' : ` (95 % confidence interval ${intervalText(interval)})`}.`;
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
