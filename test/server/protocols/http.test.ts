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
      // The client, which runs in this very process, reads it in between, however long the process stood still.
      setTimeout(() => setTimeout(() => response.end('last'), 120), 10);
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

/** A server that takes the second request on each of its first connections and drops it: as if it were done with them, or a worker died. */
function dropsTheSecond(most: number): { readonly server: http.Server; readonly connections: () => number } {
  let connections = 0;
  const server = http.createServer((_, response) => response.end('ok'));
  server.on('connection', (socket) => {
    const drops = ++connections <= most;
    let requests = 0;
    socket.prependListener('data', () => {
      if (drops && ++requests === 2) socket.resetAndDestroy();
    });
  });
  return { server, connections: () => connections };
}

test('a kept connection that the server closes as it is used again is not held against it, and told', async () => {
  const { server, connections } = dropsTheSecond(1);
  const client = httpClient(await listening(server));
  expect(await client.send(get)).toMatchObject({ kind: 'answer' });
  expect(client.resent()).toEqual([]);
  expect(await client.send(get)).toMatchObject({ kind: 'answer' });
  expect(connections()).toBe(2);
  expect(client.resent()[0]).toContain('1 request (1 of them used less than a second before)');
  client.close();
});

test('a server whose connections break again and again is asked over a new one each time, and what breaks then is told', async () => {
  const { server, connections } = dropsTheSecond(Infinity);
  const client = httpClient(await listening(server));
  for (let request = 1; request <= 6; request++) expect(await client.send(get)).toMatchObject({ kind: 'answer' });
  expect(client.resent()).toHaveLength(2);
  expect(connections()).toBe(6);

  const dies = http.createServer((request) => request.socket.destroy());
  const other = httpClient(await listening(dies));
  expect(await other.send(get)).toMatchObject({ kind: 'none', reason: 'broken' });
  client.close();
});

test.each<[string, number, string]>([
  ['after a stream', 1, 'HTTP/1.1 200 OK\r\ncontent-type: text/event-stream'],
  ['after an error', 1, 'HTTP/1.1 500 Internal Server Error\r\ncontent-type: text/plain'],
  ['after as many requests as it said', 3, 'HTTP/1.1 200 OK\r\nkeep-alive: timeout=5, max=3'],
])('a server that closes a connection %s, without a word, is asked over another', async (_, most, head) => {
  let connections = 0;
  const base = await listening(
    net.createServer((socket) => {
      connections++;
      let asked = 0;
      socket.on('data', () => {
        socket.write(`${head}\r\ncontent-length: 2\r\n\r\nok`);
        // As it is used again: the client has not heard of it.
        if (++asked === most)
          socket
            .once('data', () => socket.destroy())
            .removeAllListeners('data')
            .end();
      });
    }),
  );
  const client = httpClient(base);
  for (let request = 0; request < 6; request++) {
    expect(await client.send({ method: 'POST', path: '/', body: '{}' })).toMatchObject({ kind: 'answer', body: 'ok' });
  }
  expect(connections).toBe(6 / most);
  client.close();
});

test('an answer that breaks off is told, not asked for again', async () => {
  let requests = 0;
  const server = http.createServer((_, response) => {
    if (++requests === 1) response.end('ok');
    else response.writeHead(200, { 'content-length': 99 }).write('half', () => response.destroy());
  });
  const client = httpClient(await listening(server));
  expect(await client.send(get)).toMatchObject({ kind: 'answer' });
  expect(await client.send(get)).toMatchObject({ kind: 'none', reason: 'broken' });
  expect([requests, client.resent()]).toEqual([2, []]);
  client.close();
});

test.each(['/a b', '/modèle/日本', '/v1?q=a b'])('the path %s is sent as an address has it', async (path) => {
  const base = await listening(http.createServer((request, response) => response.end(request.url)));
  const client = httpClient(`${base}/p/`);
  const post = { method: 'POST', path, body: '{}' } as const;
  const address = new URL(`${base}/p${path}`);
  expect(await client.send(post)).toMatchObject({ status: 200, body: address.pathname + address.search });
  expect(await (await client.hold(post)).finish()).toMatchObject({ body: address.pathname + address.search });
  client.close();
});

test('a connection is used again, each request in flight has its own, and each is closed at the end', async () => {
  let connections = 0;
  const server = http.createServer((request, response) => {
    request.resume().on('end', () => setTimeout(() => response.end('ok'), 20));
  });
  server.on('connection', () => connections++);
  const client = httpClient(await listening(server));
  const post = { method: 'POST', path: '/', body: '{}' } as const;
  for (let turn = 0; turn < 3; turn++) {
    const all = await Promise.all([client.send(post), client.send(post), client.send(post)]);
    expect(all.map(({ kind }) => kind)).toEqual(['answer', 'answer', 'answer']);
  }
  expect(connections).toBe(3);
  client.close();
  await expect.poll(() => new Promise((resolve) => server.getConnections((_, count) => resolve(count)))).toBe(0);
});

test('what announces an answer is not the answer; of several values of a header all are told', async () => {
  const base = await listening(
    net.createServer((socket) =>
      socket.once('data', () =>
        socket.write(
          'HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n' +
            'HTTP/1.1 200 OK\r\nX-A: 1\r\nx-a: 2\r\ntransfer-encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n',
        ),
      ),
    ),
  );
  const client = httpClient(base);
  expect(await client.send(get)).toMatchObject({ status: 200, headers: { 'x-a': '1, 2' }, body: 'hi' });
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
