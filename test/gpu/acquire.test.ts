import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { acquire } from '../../src/gpu/acquire.ts';
import type { Device } from '../../src/gpu/devices.ts';
import { tryLock } from '../../src/gpu/lock.ts';
import { until } from '../cluster/poll.ts';

const pipes = (): number => process.getActiveResourcesInfo().filter((name) => name === 'PipeWrap').length;

test('waiting for a busy device leaves no connection open', async () => {
  const id = `GPU-${randomUUID()}`;
  const before = pipes();
  const lock = await tryLock(id, { what: 'another test', pid: 1, since: '2026-01-01T00:00:00Z' });
  const device = { id, title: 'GPU 0 (test)' } as Device;
  const work = acquire([device], {
    count: 1,
    what: 'this test',
    waitMs: 100,
    signal: new AbortController().signal,
    onWait: () => undefined,
  });
  await expect(work).rejects.toMatchObject({ code: 'smoke/gpu-busy' });
  await until('the connections are closed', () => Promise.resolve(pipes() <= before), { timeout: 5_000 });
  await lock?.release();
});
