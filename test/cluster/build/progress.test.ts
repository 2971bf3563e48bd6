import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expectedSeconds } from './cache.ts';
import { formatSeconds, remaining, withProgress } from './progress.ts';

beforeAll(() => vi.stubEnv('XDG_CACHE_HOME', mkdtempSync(join(tmpdir(), 'cache-'))));
afterAll(() => vi.unstubAllEnvs());

test('durations read well', () => {
  expect([0, 59.6, 61, 600].map(formatSeconds)).toEqual(['0 s', '1 min 00 s', '1 min 01 s', '10 min 00 s']);
  expect(remaining(10, 130)).toBe('about 2 min 00 s left');
  expect(remaining(50, 40)).toBe('longer than the usual 40 s');
});

test('long work is never silent for five seconds, and its duration becomes the next estimate', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'setTimeout', 'performance'] });
  const lines: { line: string; at: number }[] = [];
  try {
    const work = withProgress(
      'work',
      300,
      (line) => lines.push({ line, at: performance.now() }),
      async (detail) => {
        detail('step 1');
        await new Promise((resolve) => setTimeout(resolve, 7500));
      },
    );
    await vi.advanceTimersByTimeAsync(7500);
    await work;
  } finally {
    vi.useRealTimers();
  }
  const gaps = lines.slice(1).map(({ at }, index) => at - (lines[index]?.at ?? 0));
  expect(Math.max(...gaps)).toBeLessThan(5000);
  expect(lines.map(({ line }) => line)).toEqual([
    'work: started, usually 5 min 00 s',
    'work: 3 s, about 4 min 57 s left, step 1',
    'work: 6 s, about 4 min 54 s left, step 1',
    'work: done in 8 s',
  ]);
  expect(expectedSeconds('work', 300)).toBeLessThan(10);
});
