import type { GpuMemoryCourse } from '../../gpu/memory-course.ts';
import { bytes } from '../../report/format.ts';
import { type Confirmation, leakRule, type MemorySample, type MemoryTrend } from '../memory-trend.ts';
import { failed, type Finding, passed, rightAsks, skipped, type Trial } from './check.ts';
import { load } from './load.ts';

/** Fewer requests tell the growth of a leak from that of caches and heaps that fill once. */
export const leastRequests = 100;
/** A confirmation does not take longer than about this, milliseconds. */
const longestMs = 5 * 60_000;

/** What further requests showed. */
export interface AskedOn {
  readonly requests: number;
  readonly memory: readonly MemorySample[];
  readonly gpuMemory: readonly GpuMemoryCourse[];
}

/**
 * The verdict on a suspicion, from what the further requests say. `where` is such as ` on GPU 0`; empty: it is the memory of the host.
 */
export function afterSuspicion(
  what: Confirmation,
  { slope, low }: MemoryTrend,
  { requests, limit, where = '' }: { readonly requests: number; readonly limit: string; readonly where?: string },
): Finding {
  if (what === 'leak')
    return failed(`It leaks${where}: memory grows with every request and would be above the limit.`, limit, [
      `${bytes(slope)} more with each request (at least ${bytes(low)} in 199 of 200 cases).`,
    ]);
  if (what === 'unclear') {
    const least = low > 0 ? `at least ${bytes(low)}` : 'perhaps not at all';
    return skipped(
      `It grew, and with ${requests} further requests it still grew${where}, by about ${bytes(slope)} with each (${least}): whether it leaks is not certain. More requests would tell (smoke.requests).`,
    );
  }
  return passed(
    what === 'slow growth'
      ? `It grew, but with ${requests} further requests too slowly to reach the limit.`
      : `It grew, but not any more with ${requests} further requests: that was no leak.`,
    limit,
  );
}

/** Asks on as before, to confirm that memory grows. It is done once, for the memory of the host and that of the GPUs. */
export async function askOn(trial: Trial): Promise<AskedOn> {
  const { config, measured } = trial;
  if (measured.later !== null) return measured.later;
  const perSecond = measured.seen.throughput?.perSecond ?? 1;
  const requests = Math.max(
    leastRequests,
    Math.min(leakRule.confirming * config.smoke.requests, Math.floor((longestMs / 1000) * perSecond)),
  );
  trial.task.update(`memory grew: ${requests} more requests`);
  const { memory, gpuMemory } = await load(trial, rightAsks(trial), requests);
  measured.later = { requests, memory, gpuMemory };
  return measured.later;
}
