import { afterEach, expect, test } from 'vitest';
import { resources } from '../../src/kubernetes/resources.ts';
import { until } from '../cluster/poll.ts';
import { Traffic } from '../cluster/traffic.ts';
import { Scenario, explain, onlyAnsweredBy } from './scenario.ts';

let scenario: Scenario;
let traffic: Traffic | undefined;

afterEach(async () => {
  await traffic?.stop();
  traffic = undefined;
  await scenario[Symbol.asyncDispose]();
});

test('an adopted route: first deploy behind it, engine killed in a canary, the watchdog gives it back, resume finishes', async () => {
  scenario = await Scenario.start('route-death', ['traefik']);
  const { cluster, namespace, api } = scenario;
  const facts = cluster.addons['traefik'];
  const host = `shop.${namespace}.test`;
  await cluster.apply({
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'HTTPRoute',
    metadata: { name: 'fraud', namespace },
    spec: {
      parentRefs: [{ name: String(facts?.['gateway']), namespace: String(facts?.['namespace']) }],
      hostnames: [host],
      rules: [{ backendRefs: [{ name: 'fraud', port: 80 }] }],
    },
  });
  const specOf = async (): Promise<unknown> => (await api.get(resources.httpRoute, namespace, 'fraud'))['spec'];
  const original = await specOf();
  // The route even bears the model's name.
  const rollout = {
    gateway: '{adopt: {route: fraud}}',
    header: '{name: x-tester, value: "yes"}',
    slo: '{errors: 10%}',
    minTime: '8s',
  };
  const first = await scenario.run('rollout', { rollout });
  expect(first.code, first.output).toBe(0);
  expect(await specOf()).toEqual(original);

  const url = `${String(facts?.['url'])}/predict`;
  const options = { url, rate: 60, newConnections: 0.3, headers: { host }, body: { inputs: [[1]] } };
  await until('the gateway routes', async () => (await fetchOnce(options)) === 200, { timeout: 30_000 });
  traffic = new Traffic(options).start();
  const engine = await scenario.canary({ env: { VERSION: '2' }, rollout });
  await until('r2 answers', () => Promise.resolve(traffic?.results.some(({ revision }) => revision === 'r2')));
  expect(await specOf()).not.toEqual(original);
  engine.process.kill('SIGKILL');
  await scenario.reaches('abandoned', ({ phase }) => phase === 'abandoned', 90_000);
  expect(await specOf()).toEqual(original);
  await onlyAnsweredBy(traffic, 'r1');
  const { code, evidence, output } = await scenario.run('resume', { env: { VERSION: '2' }, rollout });
  expect(code, output).toBe(0);
  await onlyAnsweredBy(traffic, 'r2');
  expect(await specOf()).toEqual(original);
  const lost = traffic.failures();
  expect(lost.length, explain(lost, evidence)).toBe(0);
});

test('istio: weights that nobody obeys are found out by counting, and blame nobody', async () => {
  scenario = await Scenario.start('istio', ['istio-crds']);
  const { namespace, api } = scenario;
  // No mesh runs here: the VirtualService is there, and every request goes to the stable revision.
  const rollout = { istio: '{}', slo: '{errors: 10%}', steps: '[30%]', stepDeadline: '60s' };
  const first = await scenario.run('rollout', { rollout });
  expect(first.code, first.output).toBe(0);
  expect(first.evidence).toMatchObject({ provider: 'istio', strategy: 'first' });
  traffic = await scenario.traffic();
  const { code, evidence, output } = await scenario.run('rollout', { env: { VERSION: '2' }, rollout });
  expect(code, output).toBe(4);
  expect(output).toContain('the candidate got 0 %');
  expect(evidence).toMatchObject({ outcome: 'error', stable: { name: 'r1' } });
  const { spec } = (await api.get(resources.virtualService, namespace, 'fraud')) as unknown as { spec: object };
  expect(spec).toMatchObject({
    hosts: ['fraud'],
    http: [{ route: [{ destination: { host: 'fraud-r1' }, weight: 100 }] }],
  });
  await onlyAnsweredBy(traffic, 'r1');
  expect(traffic.failures()).toEqual([]);
  const later = await scenario.run('rollout', { env: { VERSION: '3' } });
  expect(later.code, later.output).toBe(2);
  expect(later.output).toContain('does not name rollout.istio');
});

async function fetchOnce(options: Traffic['options']): Promise<number> {
  const probe = new Traffic({ ...options, rate: 20, maxRequests: 1 }).start();
  await until('an answer', () => Promise.resolve(probe.results.length === 1));
  await probe.stop();
  return probe.results[0]?.status ?? 0;
}
