import { parseBytes } from '../../config/units.ts';
import { bytes } from '../../report/format.ts';
import { confirmation, leakRule, mayReach, type MemorySample, type MemoryTrend, trendAfter } from '../memory-trend.ts';
import { afterSuspicion, askOn, leastRequests } from './ask-on.ts';
import { type Check, passed, skipped, type Trial } from './check.ts';

/** A leak: memory that grows with the requests, and fast enough to matter. */
export const memory: Check = {
  id: 'memory',
  title: 'Memory stands still while requests come',
  run: async (trial) => {
    const { config, measured, running } = trial;
    const { requests } = config.smoke;
    const unseen = skipped(running.memoryUnseen ?? 'The memory of the server cannot be seen from here.');
    if (running.memory === undefined) return unseen;
    if (requests < leastRequests) {
      return skipped(`A leak shows from ${leastRequests} requests on; smoke.requests is ${requests}.`);
    }
    const { memory: samples } = measured;
    if (samples.length === 0) return unseen;
    const trend = trendAfter(samples, requests * leakRule.uncounted);
    if (trend === null) {
      return skipped('The memory of the server was not seen often enough: more requests would do (smoke.requests).');
    }
    tell(trial, samples, trend, 'in the second half');
    const horizon = leakRule.further * requests;
    const most = parseBytes(config.resources.memory);
    const limit = `resources.memory (${config.resources.memory}) holds for ${horizon} more requests`;
    const passes = passed('It does not grow, or too slowly to reach the limit.', limit);
    if (!mayReach(trend, samples.at(-1)?.bytes ?? 0, horizon, most)) return passes;
    const later = await askOn(trial);
    measured.memory = [...samples, ...later.memory.map((look) => ({ ...look, requests: requests + look.requests }))];
    const confirmed = trendAfter(later.memory, later.requests * leakRule.unconfirmed);
    if (confirmed !== null) tell(trial, later.memory, confirmed, `of ${later.requests} more`);
    if (confirmed === null) {
      return skipped(
        `It grew by about ${bytes(trend.slope)} with each request, but whether it goes on could not be seen: too few looks at ${later.requests} further requests.`,
      );
    }
    const what = confirmation(confirmed, later.memory.at(-1)?.bytes ?? 0, horizon, most);
    return afterSuspicion(what, confirmed, { requests: later.requests, limit });
  },
};

/** For people and for the evidence. */
function tell({ measured }: Trial, samples: readonly MemorySample[], trend: MemoryTrend, where: string): void {
  const [firstBytes, lastBytes] = [samples[0]?.bytes ?? 0, samples.at(-1)?.bytes ?? 0];
  const [perRequestBytes, lowBytes] = [Math.round(trend.slope), Math.round(trend.low)];
  measured.seen = {
    ...measured.seen,
    memoryGrowth: { firstBytes, lastBytes, perRequestBytes, lowBytes, samples: trend.samples },
  };
  measured.details.push(
    `memory: ${bytes(firstBytes)} at the begin and ${bytes(lastBytes)} at the end of the requests; ${bytes(perRequestBytes)} for each ${where} (at least ${bytes(lowBytes)} in 199 of 200 cases, ${trend.samples} samples)`,
  );
}
