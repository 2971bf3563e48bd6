import { mkdtempSync, readFileSync } from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { until } from './poll.ts';
import { summarise, Traffic, usesNewConnection, type TrafficResult } from './traffic.ts';

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

async function serve(answer: RequestListener): Promise<{ url: string; server: Server }> {
  const server = createServer(answer);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, server };
}

describe('traffic', () => {
  test('records every request, who answered and on what kind of connection', async () => {
    let connections = 0;
    const { url, server } = await serve((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const { number } = JSON.parse(Buffer.concat(chunks).toString()) as { number: number };
        if (number % 2 === 0) response.setHeader('x-mldeploy-revision', 'r1').end('{}');
        else response.end(JSON.stringify({ revision: 'r2' }));
      });
    });
    server.on('connection', () => connections++);
    const log = join(mkdtempSync(join(tmpdir(), 'traffic-')), 'log.jsonl');
    const traffic = new Traffic({
      url,
      rate: 200,
      maxRequests: 100,
      newConnections: 0.3,
      body: (number: number) => ({ number }),
      log,
    });
    traffic.start();
    await until('all answers', () => Promise.resolve(traffic.results.length === 100));
    await traffic.stop();
    expect(traffic.failures()).toEqual([]);
    expect(traffic.results.filter((result) => result.connection === 'new')).toHaveLength(30);
    expect(traffic.results.filter((result) => result.connection === 'new' && result.reused)).toEqual([]);
    const reused = traffic.results.filter((result) => result.reused).length;
    expect(reused).toBeGreaterThan(0);
    // How many kept-alive ones are needed at a time is the machine's affair; each request has a connection of its own or a used one.
    expect(connections).toBe(100 - reused);
    expect([...traffic.byRevision()].map(([name, figures]) => [name, figures.requests]).sort()).toEqual([
      ['r1', 50],
      ['r2', 50],
    ]);
    const lines = readFileSync(log, 'utf8').trim().split('\n');
    expect(lines.map((line) => (JSON.parse(line) as TrafficResult).number).sort((a, b) => a - b)).toEqual(
      Array.from({ length: 100 }, (_, number) => number),
    );
  });

  test('keeps the rate while answers are slow', async () => {
    // No request is answered before all have come: who waits for answers never sends the last one.
    const answers: (() => void)[] = [];
    const { url } = await serve((_, response) => {
      answers.push(() => response.end('late'));
      if (answers.length === 30) setTimeout(() => answers.forEach((answer) => answer()), 400);
    });
    const traffic = new Traffic({ url, rate: 100, maxRequests: 30 });
    const start = performance.now();
    traffic.start();
    await until('30 requests sent', () => Promise.resolve(traffic.sent === 30), { every: 5, timeout: 20_000 });
    expect(performance.now() - start).toBeGreaterThan(285);
    await traffic.stop();
    expect(traffic.results).toHaveLength(30);
    expect(traffic.failures()).toEqual([]);
    expect(Math.min(...traffic.results.map((result) => result.latencyMs))).toBeGreaterThan(390);
  });

  test('counts bad statuses, cut-off answers, time-outs and refused connections as failures', async () => {
    const { url, server } = await serve((request, response) => {
      const number = Number(request.headers['x-number']);
      if (number === 0) response.writeHead(503).end('no model');
      else if (number === 1) {
        response.writeHead(200, { 'content-length': '10' });
        response.write('half', () => response.destroy());
      }
      // number 2 is never answered
    });
    const send = async (number: number, timeout = 20_000): Promise<TrafficResult | undefined> => {
      const traffic = new Traffic({
        url,
        rate: 1,
        maxRequests: 1,
        timeout,
        headers: { 'x-number': String(number) },
      });
      traffic.start();
      await traffic.stop();
      return traffic.results[0];
    };
    expect(await send(0)).toMatchObject({ ok: false, status: 503, body: 'no model' });
    expect(await send(1)).toMatchObject({ ok: false, status: 200, body: 'half' });
    expect(await send(2, 300)).toMatchObject({ ok: false, status: 0, error: 'no complete answer in time' });
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    expect((await send(3))?.error).toMatch(/ECONNREFUSED/);
  });

  test('finds requests by the time they were sent', async () => {
    const { url } = await serve((_, response) => response.end());
    const traffic = new Traffic({ url, rate: 100 });
    traffic.start();
    await until('10 requests', () => Promise.resolve(traffic.results.length >= 10), { every: 5 });
    const middle = Date.now() + 1;
    await until('a later one', () => Promise.resolve(traffic.between(middle).length > 0), { every: 5 });
    await traffic.stop();
    expect(traffic.between(0, middle - 1).length).toBeGreaterThanOrEqual(10);
    expect(traffic.between(0, middle - 1).length + traffic.between(middle).length).toBe(traffic.results.length);
  });
});

test('requests on new connections are spread evenly', () => {
  const pattern = (share: number): string =>
    Array.from({ length: 8 }, (_, number) => (usesNewConnection(number, share) ? 'n' : 'k')).join('');
  expect(pattern(0)).toBe('kkkkkkkk');
  expect(pattern(0.25)).toBe('kkknkkkn');
  expect(pattern(0.5)).toBe('knknknkn');
  expect(pattern(1)).toBe('nnnnnnnn');
});

test('quantiles are those of the sorted latencies', () => {
  const results = Array.from({ length: 100 }, (_, number): TrafficResult => {
    return {
      number,
      startedAt: 0,
      latencyMs: 100 - number,
      lateMs: 0,
      status: 200,
      ok: number > 4,
      connection: 'new',
      reused: false,
    };
  });
  expect(summarise(results)).toEqual({ requests: 100, failures: 5, p50: 50, p99: 99 });
  expect(summarise([])).toEqual({ requests: 0, failures: 0, p50: NaN, p99: NaN });
});
