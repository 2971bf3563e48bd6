import { afterAll, beforeAll, expect, test } from 'vitest';
import { until } from '../cluster/poll.ts';
import type { Traffic } from '../cluster/traffic.ts';
import { Scenario, explain, onlyAnsweredBy } from './scenario.ts';

let scenario: Scenario;
let traffic: Traffic | undefined;

beforeAll(async () => {
  scenario = await Scenario.start('promote');
});

afterAll(async () => {
  await traffic?.stop();
  await scenario[Symbol.asyncDispose]();
});

/** The traffic that runs since the first deploy. */
function clients(): Traffic {
  if (traffic === undefined) throw new Error('the first deploy failed');
  return traffic;
}

const scaled = ['autoscaling: {min: 2, max: 4, cpu: 80%}'];

test('the first deploy becomes the stable revision', async () => {
  const { code, evidence, output } = await scenario.run('rollout', { deploy: scaled });
  expect(code, output).toBe(0);
  expect(evidence).toMatchObject({ outcome: 'passed', decision: 'promote', strategy: 'first', stable: null });
  expect(evidence.volatile.timeline.map((event) => event.kind)).toEqual([
    'planned',
    'watchdog-armed',
    'candidate-created',
    'candidate-ready',
    'promoted',
  ]);
  traffic = await scenario.traffic();
});

test('the same image again changes nothing', async () => {
  const before = await scenario.status();
  const { code, evidence, output } = await scenario.run('rollout', { deploy: scaled });
  expect(code, output).toBe(0);
  expect(evidence).toMatchObject({ outcome: 'passed', decision: 'none' });
  expect((await scenario.status()).updatedAt).toBe(before.updatedAt);
});

test('a good version is promoted without a failed request and without a restart of what was judged', async () => {
  const start = Date.now();
  const { code, evidence, output } = await scenario.run('rollout', { env: { VERSION: '2' }, deploy: scaled });
  expect(code, output).toBe(0);
  expect(evidence).toMatchObject({ outcome: 'passed', decision: 'promote', strategy: 'canary' });
  expect(evidence.stable?.name).toBe('r1');
  expect(evidence.candidate.name).toBe('r2');
  expect(evidence.volatile.totals.candidate.requests).toBeGreaterThan(70);
  const promotedAt = Date.parse(evidence.volatile.timeline.find((event) => event.kind === 'promoted')?.at ?? '');

  // Kept-alive clients move over too, and only r2 answers in the end.
  await onlyAnsweredBy(clients(), 'r2');
  const lost = clients().failures(start);
  expect(lost.length, explain(lost, evidence)).toBe(0);
  expect(
    clients()
      .between(start, promotedAt)
      .some((each) => each.revision === 'r2'),
  ).toBe(true);

  const pods = await scenario.cluster.get<{ items: { status: { containerStatuses: { restartCount: number }[] } }[] }>(
    'pods',
    '-n',
    scenario.namespace,
    '-l',
    'app=fraud,revision=r2',
  );
  expect(pods.items.flatMap((pod) => pod.status.containerStatuses.map((each) => each.restartCount))).toEqual([0, 0]);
});

test('autoscaler, disruption budget and Service follow the stable revision; nothing else is left', async () => {
  const { namespace, cluster } = scenario;
  const hpa = await cluster.get<{ spec: object }>('hpa', 'fraud', '-n', namespace);
  expect(hpa.spec).toMatchObject({ scaleTargetRef: { name: 'fraud-r2' }, minReplicas: 2, maxReplicas: 4 });
  const pdb = await cluster.get<{ spec: object }>('pdb', 'fraud', '-n', namespace);
  expect(pdb.spec).toMatchObject({ selector: { matchLabels: { app: 'fraud', revision: 'r2' } } });
  const service = await cluster.get<{ spec: object }>('service', 'fraud', '-n', namespace);
  expect(service.spec).toMatchObject({ selector: { app: 'fraud', revision: 'r2' } });
  await until('the watchdog and its rights are gone', async () =>
    (await scenario.objects()).join().includes('watchdog') ? undefined : true,
  );
  expect((await scenario.objects()).sort()).toEqual([
    'configmap/mldeploy-fraud',
    'deployment.apps/fraud-r1',
    'deployment.apps/fraud-r2',
    'horizontalpodautoscaler.autoscaling/fraud',
    'poddisruptionbudget.policy/fraud',
    'service/fraud',
    'service/fraud-r1',
    'service/fraud-r2',
  ]);
});

test('a bad version is rolled back by its errors, and only its own requests fail', async () => {
  const start = Date.now();
  const { code, evidence, output } = await scenario.run('rollout', {
    env: { VERSION: '3', FAKE_ERROR_RATE: '0.25' },
    deploy: scaled,
  });
  expect(code, output).toBe(1);
  expect(evidence).toMatchObject({ outcome: 'failed', decision: 'rollback' });
  expect(evidence.reasons.join(' ')).toMatch(/failed requests/);
  await onlyAnsweredBy(clients(), 'r2');
  const failures = clients().failures(start);
  expect(failures.length).toBeGreaterThan(0);
  expect(
    failures.every((each) => each.revision === 'r3' && each.status === 500),
    JSON.stringify(failures.slice(0, 3)),
  ).toBe(true);
  const status = await scenario.status();
  expect(status).toMatchObject({ phase: 'done', weight: 0, oddities: [] });
  expect(status.revisions.map((each) => [each.name, each.role, each.ready])).toEqual([['r2', 'stable', 2]]);
  const hpa = await scenario.cluster.get<{ spec: object }>('hpa', 'fraud', '-n', scenario.namespace);
  expect(hpa.spec).toMatchObject({ scaleTargetRef: { name: 'fraud-r2' }, minReplicas: 2, maxReplicas: 4 });
});
