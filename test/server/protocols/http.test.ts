import { once } from 'node:events';
import http from 'node:http';
import net from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { httpClient } from '../../../src/server/protocols/http.ts';

const open: (http.Server | net.Server)[] = [];
afterEach(() => {
  for (const server of open.splice(0)) server.close();
});

async function listening(server: http.Server | net.Server): Promise<string> {
  open.push(server.listen(0, '127.0.0.1'));
  await once(server, 'listening');
  const address = server.address();
  return `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
}

const get = { method: 'GET', path: '/' } as const;

test('an answer carries status, headers and body; the path of the base is kept', async () => {
  const base = await listening(
    http.createServer((request, response) => {
      response.setHeader('X-Seen', request.url ?? '').end('hello');
    }),
  );
  const outcome = await httpClient(`${base}/prefix/`).send({ method: 'GET', path: '/x?y=1' });
  expect(outcome).toMatchObject({ kind: 'answer', status: 200, body: 'hello', headers: { 'x-seen': '/prefix/x?y=1' } });
});

test('an answer tells when its parts came', async () => {
  const base = await listening(
    http.createServer((_, response) => {
      response.write('first');
      setTimeout(() => response.end('last'), 120);
    }),
  );
  const outcome = await httpClient(base).send(get);
  if (outcome.kind !== 'answer') throw new Error('no answer');
  const [first, last] = outcome.arrivals ?? [];
  expect([first?.bytes, last?.bytes]).toEqual([5, 9]);
  expect((last?.ms ?? 0) - (first?.ms ?? 0)).toBeGreaterThan(80);
});

test('nobody listens, the connection breaks, no answer in time: three different things', async () => {
  const gone = await listening(net.createServer());
  open.pop()?.close();
  expect(await httpClient(gone).send(get)).toMatchObject({ kind: 'none', reason: 'refused' });

  const rude = await listening(net.createServer((socket) => socket.once('data', () => socket.resetAndDestroy())));
  expect(await httpClient(rude).send(get)).toMatchObject({ kind: 'none', reason: 'broken' });

  const cut = await listening(
    net.createServer((socket) =>
      socket.once('data', () => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\nhalf')),
    ),
  );
  expect(await httpClient(cut).send(get)).toMatchObject({ kind: 'none', reason: 'broken' });

  const silent = await listening(net.createServer());
  expect(await httpClient(silent).send({ ...get, timeoutMs: 50 })).toMatchObject({ kind: 'none', reason: 'timeout' });
});

test('a kept connection that the server closed meanwhile is not held against it', async () => {
  let connections = 0;
  const server = http.createServer((_, response) => response.end('ok'));
  server.on('connection', (socket) => {
    connections++;
    // Takes the second request on the first connection and drops it, as a server does whose idle time is over.
    let requests = 0;
    socket.prependListener('data', () => {
      if (connections === 1 && ++requests === 2) socket.resetAndDestroy();
    });
  });
  const client = httpClient(await listening(server));
  expect(await client.send(get)).toMatchObject({ kind: 'answer' });
  expect(await client.send(get)).toMatchObject({ kind: 'answer' });
  expect(connections).toBe(2);
  client.close();
});

test('a held request is in flight until its last byte is sent', async () => {
  let begun = 0;
  const server = http.createServer((request, response) => {
    begun++;
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => response.end(body));
  });
  const client = httpClient(await listening(server));
  const held = await client.hold({ method: 'POST', path: '/', body: '{"inputs": [[1]]}' });
  await expect.poll(() => begun).toBe(1);
  expect(await held.finish()).toMatchObject({ kind: 'answer', body: '{"inputs": [[1]]}' });
});

test('an interrupt ends a request', async () => {
  const base = await listening(net.createServer());
  const controller = new AbortController();
  const sent = httpClient(base).send({ ...get, signal: controller.signal });
  controller.abort();
  expect((await sent).kind).toBe('none');
});
