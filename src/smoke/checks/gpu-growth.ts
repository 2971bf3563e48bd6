import { parseBytes } from '../../config/units.ts';
import type { GpuMemoryCourse } from '../../gpu/memory-course.ts';
import { gib } from '../../gpu/memory-fit.ts';
import { bytes } from '../../report/format.ts';
import { confirmation, leakRule, mayReach, type MemoryTrend, trendAfter } from '../memory-trend.ts';
import { afterSuspicion, askOn, leastRequests } from './ask-on.ts';
import { type Check, type Finding, passed, skipped, type Trial } from './check.ts';

/** Memory of one GPU that is seen often enough to tell whether it grows. */
interface Watched extends GpuMemoryCourse {
  readonly trend: MemoryTrend;
  readonly limitBytes: number;
}

/** As the check of the host's memory: a leak is memory that grows with the requests, fast enough to matter, and goes on. */
export const gpuGrowth: Check = {
  id: 'gpu-growth',
  title: 'Memory of the GPU stands still while requests come',
  onGpu: true,
  run: async (trial) => {
    const { config, measured, running } = trial;
    const { requests } = config.smoke;
    if (running.gpu === undefined)
      return skipped(running.gpuUnseen ?? 'The memory of its GPU cannot be seen from here.');
    if (requests < leastRequests) {
      return skipped(`A leak shows from ${leastRequests} requests on; smoke.requests is ${requests}.`);
    }
    const watched = measured.gpuMemory.flatMap((course) => watchedOf(trial, course, requests * leakRule.uncounted));
    if (watched.length === 0) {
      return skipped(
        'The GPU is looked at about once a second, which was not often enough while requests were answered: a test of half a minute would do (smoke.requests).',
      );
    }
    const horizon = leakRule.further * requests;
    const fastest = worst(watched);
    tell(trial, fastest, 'in the second half');
    const limit = `${gib(fastest.limitBytes)} of its memory hold for ${horizon} more requests`;
    const suspects = watched.filter(({ trend, samples, limitBytes }) =>
      mayReach(trend, samples.at(-1)?.bytes ?? 0, horizon, limitBytes),
    );
    if (suspects.length === 0) return passed('It does not grow, or too slowly to reach the limit.', limit);
    const unclear = suspects.find(({ whose }) => whose === 'anybody');
    if (unclear !== undefined) {
      return skipped(
        `The memory in use on ${unclear.title} grew by about ${bytes(unclear.trend.slope)} with each request; whose it is is not known, since other programs are there or the driver does not show them.`,
      );
    }
    const later = await askOn(trial);
    return confirmed(
      trial,
      suspects.map((suspect) => later.gpuMemory.find(({ title }) => title === suspect.title)),
      { horizon, limit, requests: later.requests },
    );
  },
};

interface Confirming {
  /** How many requests the growth is drawn out to. */
  readonly horizon: number;
  readonly limit: string;
  readonly requests: number;
}

function confirmed(
  trial: Trial,
  courses: readonly (GpuMemoryCourse | undefined)[],
  { horizon, limit, requests }: Confirming,
): Finding {
  const again = courses.map((course) =>
    course === undefined ? [] : watchedOf(trial, course, requests * leakRule.unconfirmed),
  );
  const seen = again.flat();
  if (seen.length > 0) tell(trial, worst(seen), `of ${requests} more`);
  const judged = seen.map((one) => ({
    ...one,
    what: confirmation(one.trend, one.samples.at(-1)?.bytes ?? 0, horizon, one.limitBytes),
  }));
  const grows = (one: (typeof judged)[number]) => one.what === 'leak' || one.what === 'unclear';
  const own = judged.filter(({ whose }) => whose !== 'anybody');
  const leaking = own.filter(({ what }) => what === 'leak');
  const [certain] = leaking;
  if (certain !== undefined) {
    const where = ` on ${leaking.map(({ title }) => title).join(', ')}`;
    return afterSuspicion('leak', certain.trend, { requests, limit, where });
  }
  const unseen = again.some((one) => one.length === 0) || judged.some((one) => grows(one) && one.whose === 'anybody');
  if (unseen) return skipped(`It grew, but whether it goes on with ${requests} further requests could not be seen.`);
  const open =
    own.find(({ what }) => what === 'unclear') ?? own.find(({ what }) => what === 'slow growth') ?? judged[0];
  if (open === undefined)
    return skipped(`It grew, but whether it goes on with ${requests} further requests could not be seen.`);
  return afterSuspicion(open.what, open.trend, { requests, limit, where: ` on ${open.title}` });
}

/** The trend behind the first so many requests, and what the memory must not reach; empty: one of both is not known. */
function watchedOf({ config }: Trial, course: GpuMemoryCourse, uncounted: number): Watched[] {
  const { gpu } = config.resources;
  const memory = gpu?.memory ?? null;
  const least = memory === null ? null : parseBytes(memory);
  // The model will run on a GPU that has no more than that, unless it takes a share of whatever there is.
  const limitBytes =
    least !== null && course.samples.every(({ bytes: each }) => each <= least) ? least : course.totalBytes;
  const trend = trendAfter(course.samples, uncounted);
  return trend === null || limitBytes === null ? [] : [{ ...course, trend, limitBytes }];
}

function worst(all: readonly Watched[]): Watched {
  return all.reduce((a, b) => (b.trend.slope > a.trend.slope ? b : a));
}

/** For people and for the evidence. */
function tell({ measured }: Trial, { title, samples, trend }: Watched, where: string): void {
  const [firstBytes, lastBytes] = [samples[0]?.bytes ?? 0, samples.at(-1)?.bytes ?? 0];
  const [perRequestBytes, lowBytes] = [Math.round(trend.slope), Math.round(trend.low)];
  measured.seen = {
    ...measured.seen,
    gpuMemoryGrowth: { device: title, firstBytes, lastBytes, perRequestBytes, lowBytes, samples: trend.samples },
  };
  measured.details.push(
    `memory of ${title}: ${gib(firstBytes)} at the begin and ${gib(lastBytes)} at the end of the requests; ${bytes(perRequestBytes)} for each ${where} (at least ${bytes(lowBytes)} in 199 of 200 cases, ${trend.samples} samples)`,
  );
}
