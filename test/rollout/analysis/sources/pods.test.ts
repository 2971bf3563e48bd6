import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import type { PodRef } from '../../../../src/rollout/analysis/readings.ts';
import { podsSource, type Route } from '../../../../src/rollout/analysis/sources/pods.ts';
import { errorRules as rules, page, preset } from '../preset.ts';

const servers: Server[] = [];

afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});

/** A real server on a loopback address of its own, as a pod has. */
async function listen(ip: string, port: number, answer: (path: string) => string | null): Promise<number> {
  const server = createServer((incoming, reply) => {
    const body = answer(incoming.url ?? '');
    if (body === null) return;
    reply.end(body);
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(port, ip, resolve));
  return (server.address() as AddressInfo).port;
}

function pod(name: string, ip: string | null): PodRef {
  return { namespace: 'ml', name, uid: name, ip, restarts: 0 };
}

const noProxy = { podProxy: () => Promise.reject(new Error('no rights on pods/proxy')) };

test('reads every pod by its IP, and names the one that hangs', async () => {
  const port = await listen('127.0.0.11', 0, () => page({ start: 1, ok: 10, errors: 1, slow: 0 }));
  await listen('127.0.0.12', port, () => page({ start: 1, ok: 20, errors: 0, slow: 0 }));
  await listen('127.0.0.13', port, () => null);
  const routes: Route[] = [];
  const source = podsSource({
    api: noProxy,
    preset: { ...preset, port },
    rules,
    timeoutMs: 2_000,
    onRoute: (route) => routes.push(route),
  });
  const arms = { stable: [pod('a', '127.0.0.11'), pod('hangs', '127.0.0.13')], candidate: [pod('b', '127.0.0.12')] };
  await source.read(arms);
  const reading = await source.read(arms);
  expect(routes).toEqual(['pod-ip']);
  expect(reading.stable[0]).toMatchObject({ counters: { counts: { errors: { total: 11, bad: 1 } } } });
  expect(reading.candidate[0]).toMatchObject({ counters: { counts: { errors: { total: 20, bad: 0 } } } });
  expect(reading.stable[1]).toMatchObject({ pod: { name: 'hangs' }, missing: 'no answer in 2000 ms' });
});

test('goes through the API server when pods are not reachable by IP, decided once', async () => {
  const port = await listen('127.0.0.14', 0, () => 'not a metrics page');
  const asked: string[] = [];
  const api = {
    podProxy: (namespace: string, name: string, at: number, path: string) => {
      asked.push(`${namespace}/${name}:${at}${path}`);
      return Promise.resolve({ status: 200, body: page({ start: 1, ok: 5, errors: 0, slow: 0 }), headers: {} });
    },
  };
  const source = podsSource({ api, preset: { ...preset, port }, rules });
  const arms = { stable: [pod('a', '127.0.0.14')], candidate: [] };
  await source.read(arms);
  expect(source.route).toBe('api-server');
  asked.length = 0;
  const reading = await source.read(arms);
  expect(asked).toEqual([`ml/a:${port}/metrics`]);
  expect(reading.stable[0]).toMatchObject({ counters: { counts: { errors: { total: 5, bad: 0 } } } });
});

test('nothing reachable: every pod is missing with the reason, and the route stays open', async () => {
  const source = podsSource({ api: noProxy, preset, rules, timeoutMs: 200 });
  const reading = await source.read({ stable: [pod('a', null)], candidate: [] });
  expect(reading.stable[0]).toMatchObject({ missing: 'no rights on pods/proxy' });
  expect(source.route).toBeNull();
});

test('a page of 50 MB and one of garbage are missing with the reason, and cost no other pod its reading', async () => {
  const port = await listen('127.0.0.15', 0, () => page({ start: 1, ok: 10, errors: 1, slow: 0 }));
  const huge = 'a 1\n'.repeat(13_000_000);
  await listen('127.0.0.16', port, () => huge);
  await listen('127.0.0.17', port, () => '\u0000\u0001 not metrics');
  const source = podsSource({ api: noProxy, preset: { ...preset, port }, rules, timeoutMs: 20_000 });
  // The route is chosen first: sending 50 MB from this very process takes longer than the choice may.
  await source.read({ stable: [pod('a', '127.0.0.15')], candidate: [] });
  const large = [pod('large', '127.0.0.16'), pod('garbage', '127.0.0.17')];
  const reading = await source.read({ stable: [pod('a', '127.0.0.15')], candidate: large });
  expect(reading.stable[0]).toMatchObject({ counters: { counts: { errors: { total: 11, bad: 1 } } } });
  expect(reading.candidate[0]).toMatchObject({ missing: 'its metrics page is larger than 8 MiB' });
  expect(reading.candidate[1]).toMatchObject({
    missing: 'the metrics page is not in the Prometheus text format: line 1: no metric name',
  });
});
