import { parseBytes } from '../../config/units.ts';
import { bytes } from '../../report/format.ts';
import { memoryTrend } from '../memory-trend.ts';
import { type Check, failed, passed, skipped } from './check.ts';

/** Fewer requests tell the growth of a leak from that of caches and heaps that fill once. */
const leastRequests = 100;
/** The first half of the run fills caches, pools and heaps, and is not counted. */
const counted = 0.5;
/** How far the growth is drawn out: ten times what was seen, since more would be a guess. */
const further = 10;

/** A leak: memory that grows with the requests, and fast enough to matter. */
export const memory: Check = {
  id: 'memory',
  title: 'Memory stands still while requests come',
  run: ({ config, measured, running }) =>
    Promise.resolve().then(() => {
      const { requests } = config.smoke;
      if (running.memory === undefined) return skipped('The memory of the server cannot be seen from here.');
      if (requests < leastRequests) {
        return skipped(`A leak shows from ${leastRequests} requests on; smoke.requests is ${requests}.`);
      }
      const { memory: samples } = measured;
      if (samples.length === 0) return skipped('The memory of the server cannot be seen from here.');
      const last = samples.at(-1);
      const trend = memoryTrend(samples.filter((sample) => sample.requests > requests * (1 - counted)));
      const first = samples[0];
      if (trend === null || first === undefined || last === undefined) {
        return skipped('The memory of the server was not seen often enough: more requests would do (smoke.requests).');
      }
      const perRequest = Math.round(trend.slope);
      measured.seen = {
        ...measured.seen,
        memoryGrowth: {
          firstBytes: first.bytes,
          lastBytes: last.bytes,
          perRequestBytes: perRequest,
          lowBytes: Math.round(trend.low),
          samples: trend.samples,
        },
      };
      measured.details.push(
        `memory: ${bytes(first.bytes)} at the begin and ${bytes(last.bytes)} at the end of the requests; ${perRequest} bytes for each in the second half (at least ${Math.round(trend.low)} in 199 of 200 cases, ${trend.samples} samples)`,
      );
      const horizon = further * requests;
      const limit = `resources.memory (${config.resources.memory}) holds for ${horizon} more requests`;
      const after = last.bytes + trend.low * horizon;
      return trend.low > 0 && after > parseBytes(config.resources.memory)
        ? failed('It leaks: memory grows with every request and would be above the limit.', limit)
        : passed('It does not grow, or too slowly to reach the limit.', limit);
    }),
};
