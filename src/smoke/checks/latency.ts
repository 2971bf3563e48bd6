import type { TimeQuantiles } from '../../pipeline/evidence.ts';
import { plural } from '../../plural.ts';
import type { Ask } from '../../server/protocols/protocol.ts';
import { quantiles } from '../quantiles.ts';
import { type Check, failed, passed, put, rightAsks, shorten, skipped, type Trial } from './check.ts';

/** Sent first and not counted: caches, lazy imports and clocks of the processor are warm then. */
const warmUpRequests = 5;

/** One request after the other, as `smoke.requests` says; quantiles are nearest-rank. */
export const latency: Check = {
  id: 'latency',
  title: 'Answers fast enough',
  run: async (trial) => {
    const { config, measured } = trial;
    const asks = rightAsks(trial);
    if (asks.length === 0) return skipped('No valid request is known.');
    const { times, firstTokens, problems } = await timed(trial, asks);
    const found = rounded(quantiles(times));
    const detour = trial.running.detour();
    const way = detour === null ? '' : `, ${detour}, which adds to each`;
    measured.latencyMs = found;
    measured.firstTokenMs = rounded(quantiles(firstTokens));
    if (found !== null) measured.details.push(`latency: ${told(found, 'request')}${way}`);
    if (measured.firstTokenMs !== null) {
      measured.details.push(`time to the first token: ${told(measured.firstTokenMs, 'streamed answer')}${way}`);
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

interface Times {
  /** Of answered requests after the warm-up, milliseconds. */
  readonly times: readonly number[];
  readonly firstTokens: readonly number[];
  readonly problems: readonly string[];
}

async function timed(trial: Trial, asks: readonly Ask[]): Promise<Times> {
  const { config, discovery, task } = trial;
  const times: number[] = [];
  const firstTokens: number[] = [];
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
    if (served && sent >= warmUpRequests) {
      times.push(outcome.ms);
      const firstToken = discovery.firstTokenMs?.(ask, outcome) ?? null;
      if (firstToken !== null) firstTokens.push(firstToken);
    }
    task.update(`request ${sent + 1} of ${total}`, (sent + 1) / total);
  }
  return { times, firstTokens, problems };
}

function told({ p50, p95, p99, count }: TimeQuantiles, what: string): string {
  return `p50 ${p50} ms, p95 ${p95} ms, p99 ${p99} ms of ${plural(count, what)}`;
}

function rounded(times: TimeQuantiles | null): TimeQuantiles | null {
  return times === null
    ? null
    : { p50: round(times.p50), p95: round(times.p95), p99: round(times.p99), count: times.count };
}

function round(ms: number): number {
  return Math.round(ms * 100) / 100;
}
