import { once } from 'node:events';
import { utimesSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { freePort, freePorts } from './free-ports.ts';

test('a port is given to one test only, and none that somebody listens at', async () => {
  const lists = await Promise.all(Array.from({ length: 8 }, () => freePorts(25)));
  expect(new Set(lists.flat()).size).toBe(200);
  // Three of our own are chosen again: one that is kept, one that is not any more but in use, and one that is neither.
  const [kept = 0, used = 0, free = 0] = lists.flat();
  const longAgo = new Date(Date.now() - 61_000);
  for (const port of [used, free]) utimesSync(join(tmpdir(), 'ml-deploy-test-ports', String(port)), longAgo, longAgo);
  const server = createServer().listen(used, '127.0.0.1');
  await once(server, 'listening');
  const random = vi.spyOn(Math, 'random');
  for (const port of [kept, used, free]) random.mockReturnValueOnce((port - 10_000 + 0.5) / 20_000);
  try {
    expect(await freePort()).toBe(free);
  } finally {
    server.close();
  }
});
