import { once } from 'node:events';
import { createServer } from 'node:net';
import { expect, test } from 'vitest';
import { groupMemory, listeners, processMemory } from '../../../src/smoke/runtimes/host-memory.ts';

const size = 64 * 1024 * 1024;

test('memory of a process is what it really holds', async () => {
  const before = (await processMemory([process.pid])) ?? NaN;
  const held = Buffer.alloc(size, 1);
  const after = (await processMemory([process.pid])) ?? NaN;
  expect(held.length).toBe(size);
  expect(after - before).toBeGreaterThan(size * 0.8);
  expect(after).toBeLessThan(process.memoryUsage().rss * 1.2);
});

test('a process that is not there has none that is known', async () => {
  expect(await processMemory([2 ** 22 + 1])).toBeNull();
  expect(await groupMemory(2 ** 22 + 1)).toBeNull();
});

test('memory of a group is not less than that of a program in it, where it is told', async () => {
  const group = await groupMemory(process.pid);
  if (group !== null) expect(group).toBeGreaterThan(((await processMemory([process.pid])) ?? NaN) * 0.8);
});

test('a program is found by the port at which it listens, and none where nobody does', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  expect(await listeners(port)).toContain(process.pid);
  server.close();
  await once(server, 'close');
  expect(await listeners(port)).toEqual([]);
});
