import { existsSync, mkdirSync, mkdtempSync, readdirSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expect, it } from 'vitest';

import { keptResult } from '../../../../src/image/optimize/onnx/kept.ts';

const report = (problem: string | null): string =>
  JSON.stringify({ tools: {}, read: {}, steps: [], comparison: null, problem });

const cacheFolder = (): string => mkdtempSync(join(tmpdir(), 'mldeploy-kept-'));

/** Writes a report, and counts. */
function maker(problem: string | null = null) {
  const made: string[] = [];
  const make = (out: string): Promise<void> => {
    made.push(out);
    writeFileSync(join(out, 'report.json'), report(problem));
    return Promise.resolve();
  };
  return { made, make };
}

it('a result is made once for the same inputs, and anew when caches do not count', async () => {
  const cache = cacheFolder();
  const { made, make } = maker();
  const first = await keptResult(cache, ['a'], false, make);
  expect(await keptResult(cache, ['a'], false, make)).toEqual({ ...first, known: true });
  expect(made).toHaveLength(1);
  const fresh = await keptResult(cache, ['a'], true, make);
  expect(fresh.folder).not.toBe(first.folder);
  expect((await keptResult(cache, ['b'], false, make)).folder).not.toBe(first.folder);
  expect(made).toHaveLength(3);
});

it('neither a problem nor what failed is kept', async () => {
  const cache = cacheFolder();
  const { made, make } = maker('it has no memory');
  for (let time = 1; time <= 2; time++) {
    expect((await keptResult(cache, ['a'], false, make)).outcome.problem).toBe('it has no memory');
    expect(made).toHaveLength(time);
  }
  await expect(keptResult(cache, ['c'], false, () => Promise.reject(new Error('cut off')))).rejects.toThrow('cut off');
  await expect(keptResult(cache, ['c'], false, () => Promise.resolve())).rejects.toThrow(/ENOENT.*report\.json/);
  expect(readdirSync(join(cache, 'optimize'))).toHaveLength(2);
});

it('what no later build finds is gone when it is closed, and what one finds stays', async () => {
  const cache = cacheFolder();
  const { make } = maker();
  const kept = await keptResult(cache, ['a'], false, make);
  const fresh = await keptResult(cache, ['a'], true, make);
  const problem = await keptResult(cache, ['b'], false, maker('it has no memory').make);
  expect(readdirSync(join(cache, 'optimize'))).toHaveLength(3);
  for (const result of [fresh, problem, kept, await keptResult(cache, ['a'], false, make)]) await result.close();
  expect(readdirSync(join(cache, 'optimize')).map((name) => join(cache, 'optimize', name))).toEqual([kept.folder]);
});

it('two builds at once have one result each, and both are whole', async () => {
  const cache = cacheFolder();
  const { make } = maker();
  const results = await Promise.all([1, 2].map(() => keptResult(cache, ['a'], false, make)));
  for (const { folder } of results) expect(existsSync(join(folder, 'report.json'))).toBe(true);
});

it('what no build has used for a day is removed, and what cannot be read is made anew', async () => {
  const cache = cacheFolder();
  const { made, make } = maker();
  const { folder } = await keptResult(cache, ['a'], false, make);
  const old = join(cache, 'optimize', 'old');
  mkdirSync(old);
  utimesSync(old, 1, 1);
  await keptResult(cache, ['a'], false, make);
  expect(existsSync(old)).toBe(false);
  expect(made).toHaveLength(1);
  writeFileSync(join(folder, 'report.json'), '{');
  expect((await keptResult(cache, ['a'], false, make)).known).toBe(false);
  expect((await keptResult(cache, ['a'], false, make)).known).toBe(true);
});
