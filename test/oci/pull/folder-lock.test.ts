import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, expect, it } from 'vitest';

import { FolderLock } from '../../../src/oci/pull/folder-lock.ts';

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'mldeploy-lock-'));
  file = join(folder, 'lock');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const { signal } = new AbortController();
const options = { signal, onWait: () => undefined };

it('is had by one at a time, by each in turn', async () => {
  const order: string[] = [];
  let inside = 0;
  const work = async (name: string): Promise<void> => {
    const lock = await FolderLock.take(file, options);
    expect(++inside).toBe(1);
    order.push(name);
    await new Promise((resolve) => setTimeout(resolve, 20));
    inside--;
    await lock.release();
  };
  await Promise.all(['a', 'b', 'c'].map(work));
  expect(order.sort()).toEqual(['a', 'b', 'c']);
  expect(readdirSync(folder)).toEqual([]);
});

it('is kept by a holder that lives, and taken by one of several from one that shows no sign of life', async () => {
  const holder = await FolderLock.take(file, options);
  const first = readFileSync(file, 'utf8');
  // Longer than it takes to beat: who lives keeps it.
  const impatient = { ...options, deadMs: 3000 };
  let taken = 0;
  const waiting = [1, 2].map(async () => {
    const lock = await FolderLock.take(file, impatient);
    taken++;
    return lock;
  });
  await expect.poll(() => readFileSync(file, 'utf8'), { timeout: 10_000 }).not.toBe(first);
  expect(taken).toBe(0);
  await holder.release();
  await (await Promise.race(waiting)).release();
  for (const lock of await Promise.all(waiting)) await lock.release();
  expect(taken).toBe(2);

  writeFileSync(file, '{"id": "dead", "machine": "another", "pid": 1, "beat": 7}');
  const began = performance.now();
  const lock = await FolderLock.take(file, { ...options, deadMs: 600 });
  expect(performance.now() - began).toBeGreaterThan(600);
  await lock.release();
  expect(readdirSync(folder)).toEqual([]);
});

it('that was taken from a sleeper is not removed by it', async () => {
  const sleeper = await FolderLock.take(file, options);
  const other = '{"id": "other", "machine": null, "pid": 1, "beat": 0}';
  writeFileSync(file, other);
  await sleeper.release();
  expect(readFileSync(file, 'utf8')).toBe(other);
});
