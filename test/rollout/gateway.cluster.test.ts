import { afterAll, beforeAll, expect, test } from 'vitest';
import { until } from '../cluster/poll.ts';
import { Traffic } from '../cluster/traffic.ts';
import { Scenario, explain, onlyAnsweredBy } from './scenario.ts';

// Weights of an HTTPRoute, obeyed by a real gateway.

let scenario: Scenario;
let traffic: Traffic | undefined;
let rollout: Readonly<Record<string, string>>;

beforeAll(async () => {
  scenario = await Scenario.start('gateway', ['traefik']);
  const facts = scenario.cluster.addons['traefik'];
  const parent = `name: ${String(facts?.['gateway'])}, namespace: ${String(facts?.['namespace'])}`;
  rollout = { gateway: `{${parent}, hostnames: [${host()}]}`, steps: '[10%]', slo: '{errors: 10%}' };
});

afterAll(async () => {
  await traffic?.stop();
  await scenario[Symbol.asyncDispose]();
});

function host(): string {
  return `fraud.${scenario.namespace}.test`;
}

function clients(): Traffic {
  if (traffic === undefined) throw new Error('the first deploy failed');
  return traffic;
}

test('the first deploy is reached through the gateway', async () => {
  const { code, evidence, output } = await scenario.run('rollout', { rollout });
  expect(code, output).toBe(0);
  expect(evidence).toMatchObject({ outcome: 'passed', provider: 'gateway', strategy: 'first' });
  const url = `${String(scenario.cluster.addons['traefik']?.['url'])}/predict`;
  const options = { url, rate: 80, newConnections: 0.3, headers: { host: host() }, body: { inputs: [[1]] } };
  await until('the gateway routes to r1', async () => {
    const probe = new Traffic({ ...options, rate: 20, maxRequests: 1 }).start();
    await until('an answer', () => Promise.resolve(probe.results.length === 1));
    await probe.stop();
    return probe.results[0]?.ok === true;
  });
  traffic = new Traffic(options).start();
});

test('10 % means 10 % per request, and promotion loses none', async () => {
  const start = Date.now();
  const { code, evidence, output } = await scenario.run('rollout', { env: { VERSION: '2' }, rollout });
  expect(code, output).toBe(0);
  expect(evidence).toMatchObject({ decision: 'promote', steps: [0.1] });
  const { candidate, stable } = evidence.volatile.totals;
  const share = candidate.requests / (candidate.requests + stable.requests);
  expect(share).toBeGreaterThan(0.07);
  expect(share).toBeLessThan(0.13);
  await onlyAnsweredBy(clients(), 'r2');
  const lost = clients().failures(start);
  expect(lost.length, explain(lost, evidence)).toBe(0);
  const route = await scenario.cluster.get<{ spec: { rules: { backendRefs: { name: string; weight: number }[] }[] } }>(
    'httproute',
    'fraud',
    '-n',
    scenario.namespace,
  );
  expect(route.spec.rules[0]?.backendRefs.map((each) => each.name)).toEqual(['fraud-r2']);
  const service = await scenario.cluster.get<{ spec: object }>('service', 'fraud', '-n', scenario.namespace);
  expect(service.spec).toMatchObject({ selector: { revision: 'r2' } });
});

test('a bad version is rolled back through the route', async () => {
  const start = Date.now();
  const { code, evidence, output } = await scenario.run('rollout', {
    env: { VERSION: '3', FAKE_ERROR_RATE: '0.5' },
    rollout,
  });
  expect(code, output).toBe(1);
  expect(evidence).toMatchObject({ outcome: 'failed', decision: 'rollback' });
  await onlyAnsweredBy(clients(), 'r2');
  expect(
    clients()
      .failures(start)
      .every((each) => each.revision === 'r3'),
  ).toBe(true);
});

test('a later configuration without the gateway is refused: the route would go on to an old revision', async () => {
  const { code, output } = await scenario.run('rollout', { env: { VERSION: '4' } });
  expect(code, output).toBe(2);
  expect(output).toContain('rollout/provider-changed');
});
