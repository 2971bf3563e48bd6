import { expect, test } from 'vitest';
import { until } from '../../src/rollout/wait.ts';

test('every look renews the lease, the one that ends the wait too: behind a slow API server each may be the only one for long', async () => {
  let beats = 0;
  const options = { signal: new AbortController().signal, everyMs: 1, timeoutMs: 10_000 };
  const beat = (): Promise<void> => {
    beats++;
    return Promise.resolve();
  };
  expect(await until(() => Promise.resolve('found'), { ...options, beat })).toBe('found');
  expect(beats).toBe(1);
  let looks = 0;
  await until(() => Promise.resolve(++looks === 3 ? 'found' : null), { ...options, beat });
  expect(beats).toBe(4);
});
