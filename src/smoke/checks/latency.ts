import { plural } from '../../plural.ts';
import { quantiles } from '../quantiles.ts';
import { type Check, failed, passed, put, rightAsks, shorten, skipped } from './check.ts';

/** Sent first and not counted: caches, lazy imports and clocks of the processor are warm then. */
const warmUpRequests = 5;

/** One request after the other, as `smoke.requests` says; quantiles are nearest-rank. */
export const latency: Check = {
  id: 'latency',
  title: 'Answers fast enough',
  run: async (trial) => {
    const { config, discovery, measured, task } = trial;
    const asks = rightAsks(trial);
    if (asks.length === 0) return skipped('No valid request is known.');
    const times: number[] = [];
    const problems: string[] = [];
    const total = warmUpRequests + config.smoke.requests;
    for (let sent = 0; sent < total; sent++) {
      const ask = asks[sent % asks.length];
      if (ask === undefined) break;
      const outcome = await put(trial, ask);
      // What it says is for other checks; an error is not an answer, however fast it comes.
      const served = outcome.kind === 'answer' && outcome.status >= 200 && outcome.status < 300;
      if (!served) problems.push(`${ask.name}: ${shorten(discovery.judge(ask, outcome))}`);
      if (outcome.kind === 'none') break;
      if (served && sent >= warmUpRequests) times.push(outcome.ms);
      task.update(`request ${sent + 1} of ${total}`, (sent + 1) / total);
    }
    const found = quantiles(times);
    measured.latencyMs =
      found === null ? null : { ...found, p50: round(found.p50), p95: round(found.p95), p99: round(found.p99) };
    const detour = trial.running.detour();
    if (found !== null) {
      const way = detour === null ? '' : `, ${detour}, which adds to each`;
      measured.details.push(
        `latency: p50 ${round(found.p50)} ms, p95 ${round(found.p95)} ms, p99 ${round(found.p99)} ms of ${plural(found.count, 'request')}${way}`,
      );
    }
    const { maxP95Ms } = config.smoke;
    const limit = maxP95Ms === null ? undefined : `p95 of ${maxP95Ms} ms (smoke.maxP95)`;
    if (problems.length > 0) return failed(`Requests failed: ${shorten([...new Set(problems)])}`, limit);
    if (maxP95Ms !== null && found !== null && found.p95 > maxP95Ms) {
      return failed(`The 95th percentile of ${plural(found.count, 'request')} is above the limit.`, limit);
    }
    const said = maxP95Ms === null ? 'measured, no limit is set' : 'the 95th percentile is within the limit';
    return passed(`${plural(config.smoke.requests, 'request')} after ${warmUpRequests} for warm-up: ${said}.`, limit);
  },
};

function round(ms: number): number {
  return Math.round(ms * 100) / 100;
}
