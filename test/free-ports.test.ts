import { once } from 'node:events';
import { createServer } from 'node:net';
import { expect, test, vi } from 'vitest';
import { freePort, freePorts } from './free-ports.ts';

test('a port is given to one test only, and none that somebody listens at', async () => {
  const lists = await Promise.all(Array.from({ length: 8 }, () => freePorts(25)));
  expect(new Set(lists.flat()).size).toBe(200);
  // The same choice again, first one that is kept and then one that is in use.
  const [kept = 0, used, free] = [lists[0]?.[0], await freePort(), await freePort()];
  const choice = (port: number) => (port - 10_000 + 0.5) / 20_000;
  const server = createServer().listen(used, '127.0.0.1');
  await once(server, 'listening');
  vi.useFakeTimers({ now: Date.now() + 61_000, toFake: ['Date'] });
  const random = vi.spyOn(Math, 'random').mockReturnValueOnce(choice(used)).mockReturnValueOnce(choice(free));
  try {
    expect(await freePort()).toBe(free);
    vi.useRealTimers();
    random.mockReturnValueOnce(choice(kept)).mockReturnValue(choice(29_999));
    expect(await freePort()).toBe(29_999);
  } finally {
    vi.useRealTimers();
    server.close();
  }
});
