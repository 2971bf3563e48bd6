import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { withLock } from './lock.ts';

const file = (): string => join(mkdtempSync(join(tmpdir(), 'lock-')), 'lock');

test('two holders follow one another', async () => {
  const path = file();
  const events: string[] = [];
  const work = (name: string) => async (): Promise<void> => {
    events.push(`${name} in`);
    await new Promise((resolve) => setTimeout(resolve, 450));
    events.push(`${name} out`);
  };
  let waited = 0;
  const waiting = (): number => waited++;
  const first = withLock(path, waiting, work('a'));
  await new Promise((resolve) => setTimeout(resolve, 100));
  await Promise.all([first, withLock(path, waiting, work('b'))]);
  expect(events).toEqual(['a in', 'a out', 'b in', 'b out']);
  expect(waited).toBe(1);
});

test('a failing holder frees the lock', async () => {
  const path = file();
  await expect(
    withLock(
      path,
      () => undefined,
      () => Promise.reject(new Error('no')),
    ),
  ).rejects.toThrow('no');
  expect(
    await withLock(
      path,
      () => undefined,
      () => Promise.resolve('again'),
    ),
  ).toBe('again');
});

test('the lock of a killed process is free', async () => {
  const path = file();
  const program = `import { withLock } from ${JSON.stringify(join(import.meta.dirname, 'lock.ts'))};
    await withLock(${JSON.stringify(path)}, () => {}, async () => { console.log('held'); await new Promise((r) => setTimeout(r, 60000)); });`;
  const holder = spawn(process.execPath, ['--input-type=module', '-e', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(holder.stdout, 'data');
  holder.kill('SIGKILL');
  const start = performance.now();
  await withLock(
    path,
    () => undefined,
    () => Promise.resolve(),
  );
  expect(performance.now() - start).toBeLessThan(5000);
});
