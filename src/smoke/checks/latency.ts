import type { TimeQuantiles } from '../../pipeline/evidence.ts';
import { plural } from '../../plural.ts';
import { intervalText, milliseconds } from '../../report/speed.ts';
import { durationText } from '../../config/units.ts';
import { beyondMessage, type Check, failed, passed, rightAsks, shorten, skipped } from './check.ts';
import { restartAfter, warmUpRequests } from './load.ts';
import { measureSpeed } from './measure-speed.ts';

/** `smoke.requests` requests, `smoke.concurrency` at a time; quantiles are nearest-rank. */
export const latency: Check = {
  id: 'latency',
  title: 'Answers fast enough',
  run: async (trial) => {
    const { config, measured } = trial;
    const asks = rightAsks(trial);
    if (asks.length === 0) return skipped('No valid request is known.');
    const { requests, concurrency, maxP95Ms } = config.smoke;
    const { answers, latencyMs: found } = await measureSpeed(trial, asks);
    const { problems } = answers;
    measured.live = answers.live;
    measured.memory = answers.memory;
    measured.gpuMemory = answers.gpuMemory;
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
