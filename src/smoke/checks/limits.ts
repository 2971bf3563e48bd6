import { durationText } from '../../config/units.ts';
import { bytes } from '../../report/format.ts';
import { type GpuUse, slackMiB } from '../../gpu/use.ts';
import { type Check, type CheckName, failed, type Finding, type Measured, passed, skipped } from './check.ts';
import { p95Text } from './latency.ts';

const mib = 2 ** 20;

/** Whoever reads along waits for the first word, not for the last. */
export const firstToken: Check = {
  id: 'first-token',
  title: 'Begins to answer fast enough',
  protocol: 'openai',
  run: ({ config, measured }) => {
    const { maxFirstTokenMs: most } = config.smoke;
    const seen = measured.firstTokenMs;
    if (seen === null) return Promise.resolve(skipped('No streamed answer was seen to begin.'));
    if (most === null) return Promise.resolve(passed('Measured, no limit is set.'));
    const limit = `p95 of ${durationText(most)} (smoke.maxFirstToken)`;
    return Promise.resolve(
      seen.p95 > most
        ? failed('The 95th percentile of the time to the first token is above the limit.', limit, [p95Text(seen)])
        : passed('The 95th percentile of the time to the first token is within the limit.', limit, [p95Text(seen)]),
    );
  },
};

export const peakMemory: CheckName = { id: 'peak-memory', title: 'Needs no more memory than allowed' };

/**
 * Holds the memory of the server against `smoke.maxMemory`. The kernel's own peak counts the cache of files, which it would give back: above the
 * limit, what the server could not give back decides.
 * @param peakBytes the kernel's; null: not known
 * @param looks at what cannot be given back, while requests came
 * @param maxBytes null: no limit is set
 * @param unseen why nothing is known, where that is so
 */
export function judgePeak(
  peakBytes: number | null,
  looks: Measured['memory'],
  maxBytes: number | null,
  unseen = 'The memory of the server cannot be seen from here.',
): Finding {
  const held = looks.length === 0 ? null : Math.max(...looks.map((look) => look.bytes));
  if (peakBytes === null && held === null) return skipped(unseen);
  if (maxBytes === null) return passed('Measured, no limit is set.');
  const limit = `${bytes(maxBytes)} (smoke.maxMemory)`;
  if ((peakBytes ?? held ?? 0) <= maxBytes) return passed('It never had more memory than that.', limit);
  if (held === null) {
    return skipped('With the cache of files it had more than smoke.maxMemory; how much without could not be seen.');
  }
  return held > maxBytes
    ? failed('It had more memory than that while it was asked.', limit, [`It had ${bytes(held)}.`])
    : passed('It had no more than that while it was asked; only the cache of files was larger.', limit);
}

export const gpuMemory: CheckName = { id: 'gpu-memory', title: 'Needs no more memory of the GPU than allowed' };

/**
 * Holds the memory on the GPU against `smoke.maxGpuMemory`: that of its own processes, else the rise above what was there before, which
 * counts against it only where nobody else can have changed it.
 * @param use null: nobody could look
 * @param maxBytes null: no limit is set
 */
export function judgeGpuMemory(use: GpuUse | null, maxBytes: number | null): Finding {
  if (use === null) return skipped('The memory of a GPU cannot be seen here, so smoke.maxGpuMemory was not judged.');
  const { oursPeakMiB, riseMiB, others, fellMiB, pids } = use;
  if (use.inPod !== null && oursPeakMiB === null) return judgeInPod(use.peakMiB, maxBytes);
  const seen = oursPeakMiB ?? riseMiB;
  if (seen === null) return skipped('The driver does not tell how much memory it has there.');
  if (maxBytes === null) return passed('Measured, no limit is set.');
  const limit = `${bytes(maxBytes)} (smoke.maxGpuMemory)`;
  const above = seen * mib > maxBytes;
  const unclear = !others.steady || (above ? pids.length === 0 : fellMiB > slackMiB);
  if (oursPeakMiB === null && unclear) {
    return skipped(
      `The memory in use rose by ${bytes(seen * mib)}, and the driver does not tell how much of it is the server's: smoke.maxGpuMemory was not judged.`,
    );
  }
  return above
    ? failed('It had more memory than that on the GPU.', limit, [`It had ${bytes(seen * mib)} there.`])
    : passed('It never had more memory than that on the GPU.', limit);
}

/** From within a pod: what is in use on its GPU is no less than what it has. */
function judgeInPod(peakMiB: number | null, maxBytes: number | null): Finding {
  if (peakMiB === null) return skipped('The driver does not tell how much memory is in use there.');
  if (maxBytes === null) return passed('Measured, no limit is set.');
  if (peakMiB * mib > maxBytes) {
    return skipped(
      `${bytes(peakMiB * mib)} of the GPU were in use, and the driver does not tell how much of it is the server's: smoke.maxGpuMemory was not judged.`,
    );
  }
  return passed('No more than that was ever in use on the GPU.', `${bytes(maxBytes)} (smoke.maxGpuMemory)`);
}
