import { expect, test } from 'vitest';
import type { GpuUse } from '../../src/gpu/use.ts';
import { judgeGpuMemory, judgePeak } from '../../src/smoke/checks/limits.ts';
import { used } from './checks/gpu-use.ts';

const mib = 2 ** 20;
const looks = (...sizes: number[]) => sizes.map((size, index) => ({ requests: index, bytes: size * mib }));

test.each([
  ['nobody can see it', null, [], 100, 'skipped'],
  ['no limit', 500, [300], null, 'passed'],
  ['within', 90, [80], 100, 'passed'],
  ['above', 200, [80, 150, 90], 100, 'failed'],
  // The kernel counts the cache of files, which it would give back.
  ['above only with the cache of files', 200, [80, 90], 100, 'passed'],
  ['above, and nobody can see how much of it is cache', 200, [], 100, 'skipped'],
  ['no peak of the kernel', null, [80, 150], 100, 'failed'],
] as const)('memory of the host: %s', (_, peak, seen, most, verdict) => {
  const finding = judgePeak(peak === null ? null : peak * mib, looks(...seen), most === null ? null : most * mib);
  expect(finding.verdict).toBe(verdict);
});

const beside = { others: { ...used.others, foreign: [9], steady: false } };
const unseen = { oursPeakMiB: null, pids: [], processesSeen: false };

test.each<[string, Partial<GpuUse>, number | null, string]>([
  ['its own processes', { oursPeakMiB: 900, riseMiB: 5_000, ...beside }, 1_000, 'passed'],
  ['its own processes', { oursPeakMiB: 1_100, riseMiB: 0, ...beside }, 1_000, 'failed'],
  ['the rise, where nobody else is there', { oursPeakMiB: null, riseMiB: 1_100 }, 1_000, 'failed'],
  ['the rise, beside others', { oursPeakMiB: null, riseMiB: 1_100, ...beside }, 1_000, 'skipped'],
  ['a small rise, beside others that may have given memory back', { oursPeakMiB: null, ...beside }, 1_000, 'skipped'],
  ['the rise, where the driver shows no processes', { ...unseen, riseMiB: 1_100 }, 1_000, 'skipped'],
  ['a small rise, where the driver shows no processes', unseen, 1_000, 'passed'],
  ['the same where somebody gave memory back', { ...unseen, fellMiB: 900 }, 1_000, 'skipped'],
  ['nothing is told', { oursPeakMiB: null, riseMiB: null }, 1_000, 'skipped'],
  ['no limit', {}, null, 'passed'],
])('memory of the GPU: %s', (_, more, most, verdict) => {
  expect(judgeGpuMemory({ ...used, ...more }, most === null ? null : most * mib).verdict).toBe(verdict);
});

test('a limit for the GPU that cannot be judged is told', () => {
  expect(judgeGpuMemory(null, mib)).toMatchObject({
    verdict: 'skipped',
    message: expect.stringContaining('smoke.maxGpuMemory was not judged') as string,
  });
});
