import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { createInterface } from 'node:readline';
import { expect, test } from 'vitest';
import {
  groupMemory,
  groupPeak,
  listeners,
  memoryGroups,
  processMemory,
} from '../../../src/smoke/runtimes/host-memory.ts';

const size = 64 * 1024 * 1024;

test('memory of a process is what it really holds', async () => {
  // A process of its own: this one gives memory of other tests back meanwhile.
  const program = `console.log('ready'); process.stdin.once('data', () => {
    globalThis.held = Buffer.alloc(${size}, 1);
    console.log(process.memoryUsage().rss);
  });`;
  const child = spawn(process.execPath, ['-e', program], { stdio: ['pipe', 'pipe', 'inherit'] });
  try {
    const said = createInterface(child.stdout)[Symbol.asyncIterator]();
    await said.next();
    const before = (await processMemory([child.pid ?? 0])) ?? NaN;
    child.stdin.write('go\n');
    const { value } = await said.next();
    const after = (await processMemory([child.pid ?? 0])) ?? NaN;
    expect(after - before).toBeGreaterThan(size * 0.8);
    expect(after).toBeLessThan(Number(value) * 1.2);
  } finally {
    child.kill('SIGKILL');
  }
});

test('a process that is not there has none that is known', async () => {
  expect(await processMemory([2 ** 22 + 1])).toBeNull();
  expect(await memoryGroups(2 ** 22 + 1)).toEqual([]);
  expect(await groupMemory({ name: '/nowhere', unified: false })).toBeNull();
  expect(await groupPeak({ name: '/nowhere', unified: true })).toBeNull();
});

test('memory of a group is not less than that of a program in it, where it is told', async () => {
  const [group] = await memoryGroups(process.pid);
  const memory = group === undefined ? null : await groupMemory(group);
  if (memory !== null) expect(memory).toBeGreaterThan(((await processMemory([process.pid])) ?? NaN) * 0.8);
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
