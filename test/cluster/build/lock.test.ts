import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { until } from '../poll.ts';
import { withLock } from './lock.ts';

const file = (): string => join(mkdtempSync(join(tmpdir(), 'lock-')), 'lock');

test('two holders follow one another, and the second is told that it waits', async () => {
  const path = file();
  const events: string[] = [];
  const first = withLock(
    path,
    () => undefined,
    async () => {
      events.push('a in');
      await until('the second waits', () => Promise.resolve(events.includes('b waits')));
      events.push('a out');
    },
  );
  await until('the first holds it', () => Promise.resolve(events.includes('a in')));
  const second = withLock(
    path,
    () => events.push('b waits'),
    () => Promise.resolve(events.push('b in')),
  );
  await Promise.all([first, second]);
  expect(events.filter((event, index) => events.indexOf(event) === index)).toEqual([
    'a in',
    'b waits',
    'a out',
    'b in',
  ]);
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
