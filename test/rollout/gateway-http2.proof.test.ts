import { afterAll, beforeAll, expect, test } from 'vitest';
import { Http2Traffic } from '../cluster/http2-traffic.ts';
import { until } from '../cluster/poll.ts';
import { Scenario, explain, onlyAnsweredBy } from './scenario.ts';

// Clients that keep a few HTTP/2 connections to the gateway open for as long as they live.

const connections = 4;

let scenario: Scenario;
let traffic: Http2Traffic | undefined;
let rollout: Readonly<Record<string, string>>;

beforeAll(async () => {
  scenario = await Scenario.start('http2', ['traefik']);
  const facts = scenario.cluster.addons['traefik'];
  const authority = `fraud.${scenario.namespace}.test`;
  const parent = `name: ${String(facts?.['gateway'])}, namespace: ${String(facts?.['namespace'])}`;
  rollout = { gateway: `{${parent}, hostnames: [${authority}]}`, steps: '[10%, 50%]', slo: '{errors: 10%}' };
  const { code, output } = await scenario.run('rollout', { rollout });
  expect(code, output).toBe(0);
  const url = `${String(facts?.['url'])}/predict`;
  const options = { url, authority, body: { inputs: [[1]] } };
  await until('the gateway routes to r1', async () => {
    const probe = new Http2Traffic({ ...options, rate: 20, connections: 1 }).start();
    await until('an answer', () => Promise.resolve(probe.between(0).length > 0));
    await probe.stop();
    return probe.failures().length === 0;
  });
  traffic = new Http2Traffic({ ...options, rate: 80, connections }).start();
});

afterAll(async () => {
  await traffic?.stop();
  await scenario[Symbol.asyncDispose]();
});

function clients(): Http2Traffic {
  if (traffic === undefined) throw new Error('the first deploy failed');
  return traffic;
}

test('long-lived HTTP/2 connections: the weights hold per request, and a promotion loses none', async () => {
  const start = Date.now();
  const { code, evidence, output } = await scenario.run('rollout', { env: { VERSION: '2' }, rollout });
  expect(code, output).toBe(0);
  expect(evidence).toMatchObject({ decision: 'promote', provider: 'gateway' });
  await onlyAnsweredBy(clients(), 'r2');
  const failures = clients().failures(start);
  expect(failures.length, explain(failures, evidence)).toBe(0);
  // It was not by new connections that the requests moved.
  expect(clients().opened).toBe(connections);
  expect(
    new Set(
      clients()
        .between(start)
        .map((each) => each.revision),
    ),
  ).toEqual(new Set(['r1', 'r2']));
  expect(await scenario.status()).toMatchObject({ phase: 'done', weight: 0, oddities: [] });
});

test('a bad version: only its own answers fail on these connections', async () => {
  const start = Date.now();
  const env = { VERSION: '3', FAKE_ERROR_RATE: '0.6' };
  const { code, evidence, output } = await scenario.run('rollout', { env, rollout });
  expect(code, output).toBe(1);
  await onlyAnsweredBy(clients(), 'r2');
  const failures = clients().failures(start);
  expect(failures.length).toBeGreaterThan(0);
  expect(
    failures.filter((each) => each.revision !== 'r3' || each.status !== 500),
    explain(failures, evidence),
  ).toEqual([]);
  expect(clients().opened).toBe(connections);
});
