import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Traffic } from '../cluster/traffic.ts';
import { Scenario } from './scenario.ts';

let scenario: Scenario;
let traffic: Traffic | undefined;

beforeAll(async () => {
  scenario = await Scenario.start('prometheus', ['prometheus']);
});

afterAll(async () => {
  await traffic?.stop();
  await scenario[Symbol.asyncDispose]();
});

const deploy = ['annotations: {prometheus.io/scrape: "true", prometheus.io/port: "8000"}'];

function source(labels = '{pod: pod}'): Readonly<Record<string, string>> {
  const url = scenario.cluster.addons['prometheus']?.['url'] ?? '';
  return { metrics: `{source: {prometheus: {url: "${url}", labels: ${labels}}}}` };
}

test('a first deploy needs no counts, only a Prometheus that answers', async () => {
  const { code, output } = await scenario.run('rollout', { deploy, rollout: source() });
  expect(code, output).toBe(0);
  traffic = await scenario.traffic();
});

test('a wrong label is found before anything is created, and the right one is named', async () => {
  const rollout = source('{pod: kubernetes_pod}');
  const { code, output } = await scenario.run('rollout', { deploy, rollout, env: { VERSION: '2' } });
  expect(code, output).toBe(4);
  expect(output).toMatch(
    /kubernetes_pod=~.*expected series with namespace="prometheus-[^"]+" and kubernetes_pod="fraud-r1-/s,
  );
  expect(output).toMatch(/carry its name in the label pod: set rollout\.metrics\.source\.prometheus\.labels\.pod: pod/);
  expect((await scenario.objects()).filter((name) => name.includes('r2'))).toEqual([]);
});

test('a good version is promoted by what Prometheus counted, a bad one is rolled back', async () => {
  const good = await scenario.run('rollout', { deploy, rollout: source(), env: { VERSION: '2' } });
  expect(good.code, good.output).toBe(0);
  const { candidate, stable } = good.evidence.volatile.totals;
  expect(candidate.requests).toBeGreaterThan(60);
  expect(stable.requests).toBeGreaterThan(60);
  expect(candidate.errors + stable.errors).toBe(0);
  const bad = await scenario.run('rollout', {
    deploy,
    rollout: source(),
    env: { VERSION: '3', FAKE_ERROR_RATE: '0.25' },
  });
  expect(bad.code, bad.output).toBe(1);
  expect(bad.evidence).toMatchObject({ decision: 'rollback' });
  expect(bad.evidence.reasons.join(' ')).toMatch(/failed requests of the candidate/);
});
