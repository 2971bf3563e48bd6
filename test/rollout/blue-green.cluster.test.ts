import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Traffic } from '../cluster/traffic.ts';
import { Scenario, explain, onlyAnsweredBy } from './scenario.ts';

let scenario: Scenario;
let traffic: Traffic;
const strategy = { strategy: 'blueGreen', minTime: '5s' };

beforeAll(async () => {
  scenario = await Scenario.start('bluegreen');
  const { code, output } = await scenario.run('rollout', { rollout: strategy });
  if (code !== 0) throw new Error(output);
  traffic = await scenario.traffic();
});

afterAll(async () => {
  await traffic.stop();
  await scenario[Symbol.asyncDispose]();
});

/** Ready pods by revision. */
async function ready(): Promise<Record<string, number>> {
  const { revisions } = await scenario.status();
  return Object.fromEntries(revisions.map((each) => [each.name, each.ready]));
}

test('all traffic moves at once, after an approval; the stable revision stays whole until the verdict', async () => {
  const start = Date.now();
  const options = { env: { VERSION: '2' }, rollout: { ...strategy, blueGreen: '{approval: true}' } };
  const waiting = await scenario.run('rollout', options);
  expect(waiting.code, waiting.output).toBe(3);
  expect(await scenario.status()).toMatchObject({ phase: 'held', weight: 0, oddities: [] });
  expect(await ready()).toEqual({ r1: 2, r2: 2 });
  // Without live traffic it is reached by the name of its own Service.
  const own = await scenario.cluster.get<{ spec: { clusterIP: string } }>(
    'service',
    'fraud-r2',
    '-n',
    scenario.namespace,
  );
  const answer = await fetch(`http://${own.spec.clusterIP}/predict`, { method: 'POST', body: '{}' });
  expect(await answer.json()).toMatchObject({ revision: 'r2' });
  expect(traffic.between(start).every((each) => each.revision === 'r1')).toBe(true);

  const going = await scenario.engine('promote', options);
  await scenario.reaches('all traffic is on r2', (report) => report.weight === 1, 120_000);
  expect(await ready()).toEqual({ r1: 2, r2: 2 });
  expect(await going.ended, going.output()).toBe(0);
  const evidence = await scenario.evidence();
  expect(evidence).toMatchObject({ outcome: 'passed', decision: 'promote', strategy: 'blueGreen', steps: [0, 1] });
  await onlyAnsweredBy(traffic, 'r2');
  const lost = traffic.failures(start);
  expect(lost.length, explain(lost, evidence)).toBe(0);
});

test('a version above its slo is judged alone and taken back in one write', async () => {
  const start = Date.now();
  const options = { env: { VERSION: '3', FAKE_ERROR_RATE: '0.3' }, rollout: strategy };
  const { code, evidence, output } = await scenario.run('rollout', options);
  expect(code, output).toBe(1);
  expect(evidence).toMatchObject({ outcome: 'failed', decision: 'rollback', strategy: 'blueGreen' });
  expect(evidence.reasons.join(' ')).toMatch(/has none to compare with.*above the slo of 5 %/);
  await onlyAnsweredBy(traffic, 'r2');
  const failures = traffic.failures(start);
  expect(failures.length).toBeGreaterThan(0);
  expect(
    failures.every((each) => each.revision === 'r3' && each.status === 500),
    explain(failures, evidence),
  ).toBe(true);
  expect(await ready()).toEqual({ r2: 2 });
  expect(await scenario.status()).toMatchObject({ phase: 'done', weight: 0, oddities: [] });
  expect((await scenario.objects()).filter((name) => !name.includes('watchdog')).sort()).toEqual([
    'configmap/mldeploy-fraud',
    'deployment.apps/fraud-r2',
    'poddisruptionbudget.policy/fraud',
    'service/fraud',
    'service/fraud-r2',
  ]);
});
