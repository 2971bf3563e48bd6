import { afterAll, beforeAll, expect, test } from 'vitest';
import { until } from '../cluster/poll.ts';
import { Traffic } from '../cluster/traffic.ts';
import { Scenario, explain, onlyAnsweredBy } from './scenario.ts';

// What a real gateway counts decides alone: the preset of the server counts no failures, and no pod is scraped.

let scenario: Scenario;
let traffic: Traffic | undefined;

beforeAll(async () => {
  scenario = await Scenario.start('gateway-metrics', ['traefik', 'prometheus']);
});

afterAll(async () => {
  await traffic?.stop();
  await scenario[Symbol.asyncDispose]();
});

function host(): string {
  return `fraud.${scenario.namespace}.test`;
}

function rollout(gateway = '{preset: traefik}'): Readonly<Record<string, string>> {
  const { traefik, prometheus } = scenario.cluster.addons;
  const parent = `name: ${String(traefik?.['gateway'])}, namespace: ${String(traefik?.['namespace'])}`;
  const source = `{prometheus: {url: "${String(prometheus?.['url'])}"}}`;
  return {
    gateway: `{${parent}, hostnames: [${host()}]}`,
    metrics: `{source: ${source}, preset: kserve, gateway: ${gateway}}`,
  };
}

test('a first deploy is reached through the gateway', async () => {
  const { code, output } = await scenario.run('rollout', { rollout: rollout() });
  expect(code, output).toBe(0);
  const url = `${String(scenario.cluster.addons['traefik']?.['url'])}/predict`;
  const options = { url, rate: 80, newConnections: 0.3, headers: { host: host() }, body: { inputs: [[1]] } };
  await until('the gateway routes to r1', async () => {
    const probe = new Traffic({ ...options, rate: 20, maxRequests: 1 }).start();
    await until('an answer', () => Promise.resolve(probe.results.length === 1));
    await probe.stop();
    return probe.results[0]?.ok === true;
  });
  traffic = new Traffic(options).start();
  const sent = traffic;
  await until('Prometheus has the counters of r1', async () => {
    const query = encodeURIComponent(`traefik_service_requests_total{service=~"${scenario.namespace}-fraud-r1-.*"}`);
    const url = `${String(scenario.cluster.addons['prometheus']?.['url'])}/api/v1/query?query=${query}`;
    const { data } = (await (await fetch(url)).json()) as { readonly data: { readonly result: readonly unknown[] } };
    return sent.results.length > 50 && data.result.length > 0;
  });
});

test('labels and edges that do not fit are found before anything is created', async () => {
  const env = { VERSION: '2' };
  const match = await scenario.run('rollout', { env, rollout: rollout('{preset: traefik, match: {job: edge}}') });
  expect(match.code, match.output).toBe(4);
  expect(match.output).toMatch(/no series of the stable revision as Traefik names it: expected .*job="edge"/);
  expect(match.output).toMatch(/it has traefik_service_requests_total\{.*job="traefik"/);
  const latency = rollout('{preset: traefik, latency: {under: 250ms}}');
  const edge = await scenario.run('rollout', { env, rollout: latency });
  expect(edge.code, edge.output).toBe(2);
  expect(edge.output).toContain('its edges are 100ms, 300ms, 1200ms, 5000ms');
  expect((await scenario.objects()).filter((name) => name.includes('r2'))).toEqual([]);
});

test('the plan sees the traffic as the gateway counts it', async () => {
  const { code, output } = await scenario.run('plan', { env: { VERSION: '2' }, rollout: rollout() });
  expect(code, output).toBe(0);
  expect(output).toMatch(/The stable revision gets about [1-9][\d.]* requests\/s \(in the last ten minutes\)/);
  expect(output).toContain('A/A replay: not possible, because nothing that the pods count decides.');
});

test('a good version is promoted by what the gateway counted, errors and latency', async () => {
  const start = Date.now();
  const { code, evidence, output } = await scenario.run('rollout', {
    env: { VERSION: '2' },
    rollout: rollout('{preset: traefik, latency: {under: 300ms, share: 90%}}'),
  });
  expect(code, output).toBe(0);
  const { candidate, stable } = evidence.volatile.totals;
  expect(candidate.requests).toBeGreaterThan(60);
  expect(stable.requests).toBeGreaterThan(60);
  expect(candidate.errors + stable.errors).toBe(0);
  const share = candidate.requests / (candidate.requests + stable.requests);
  expect(share).toBeGreaterThan(0.2);
  expect(share).toBeLessThan(0.4);
  expect(evidence.metrics.map(({ metric }) => metric)).toEqual(['gateway-errors', 'gateway-latency']);
  if (traffic !== undefined) await onlyAnsweredBy(traffic, 'r2');
  const lost = traffic?.failures(start) ?? [];
  expect(lost.length, explain(lost, evidence)).toBe(0);
});

test('a version that answers with errors is rolled back by what the gateway counted alone', async () => {
  const { code, evidence, output } = await scenario.run('rollout', {
    env: { VERSION: '3', FAKE_ERROR_RATE: '0.25' },
    rollout: rollout(),
  });
  expect(code, output).toBe(1);
  expect(evidence).toMatchObject({ outcome: 'failed', decision: 'rollback' });
  expect(evidence.metrics.map(({ metric }) => metric)).toEqual(['gateway-errors']);
  expect(evidence.reasons.join(' ')).toMatch(
    /^gateway-errors: 5xx answers of the candidate \d+ of \d+ .* against stable 0 of/,
  );
  if (traffic !== undefined) await onlyAnsweredBy(traffic, 'r2');
});
