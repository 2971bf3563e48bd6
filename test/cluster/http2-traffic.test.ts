import { once } from 'node:events';
import { createServer } from 'node:http2';
import type { Http2Server, ServerHttp2Session } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Http2Traffic } from './http2-traffic.ts';
import { until } from './poll.ts';

let server: Http2Server;
let traffic: Http2Traffic;
const sessions: ServerHttp2Session[] = [];
/** Status of the answers; 0: the stream is reset. */
let status: number;

beforeEach(async () => {
  status = 200;
  sessions.length = 0;
  server = createServer((request, response) => {
    request.resume();
    if (status === 0) {
      response.stream.close(2);
      return;
    }
    response.writeHead(status, { 'x-mldeploy-revision': 'r7' });
    response.end('{}');
  });
  server.on('session', (session) => sessions.push(session));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/predict`;
  traffic = new Http2Traffic({ url, rate: 200, connections: 2, body: { inputs: [[1]] } }).start();
  await answered(20);
});

afterEach(async () => {
  await traffic.stop();
  for (const session of sessions) session.destroy();
  server.close();
});

async function answered(count: number): Promise<void> {
  const from = traffic.between(0).length;
  await until('answers', () => Promise.resolve(traffic.between(0).length >= from + count), { every: 10 });
}

test('few connections carry all requests', async () => {
  // On a busy machine the first one may answer all before the other is there.
  await until('both are used', () => Promise.resolve(traffic.between(0).filter(({ reused }) => !reused).length >= 2));
  expect(traffic.failures()).toEqual([]);
  expect(traffic.opened).toBe(2);
  expect(traffic.between(0).every(({ revision }) => revision === 'r7')).toBe(true);
  expect(traffic.between(0).filter(({ reused }) => !reused).length).toBe(2);
});

test('a server that says goodbye loses nothing: the connection is opened anew', async () => {
  // As a server that drains says it: whatever is under way will still be answered.
  for (const session of sessions) session.goaway(0, 2 ** 31 - 1);
  await answered(40);
  expect(traffic.opened).toBeGreaterThan(2);
  expect(traffic.failures()).toEqual([]);
});

test('bad answers, resets and broken connections are failures', async () => {
  status = 503;
  await answered(20);
  status = 0;
  await answered(20);
  for (const session of sessions) session.destroy();
  await answered(20);
  const failures = traffic.failures();
  expect(failures.some((each) => each.status === 503 && each.error === undefined)).toBe(true);
  expect(failures.some((each) => each.status === 0 && each.error !== undefined)).toBe(true);
});
