import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Traffic } from '../cluster/traffic.ts';
import { Scenario, explain, onlyAnsweredBy } from './scenario.ts';

let scenario: Scenario;
let traffic: Traffic;

beforeAll(async () => {
  scenario = await Scenario.start('undo');
  const { code, output } = await scenario.run('rollout', { rollout: { drain: '30s' } });
  if (code !== 0) throw new Error(output);
  traffic = await scenario.traffic();
});

afterAll(async () => {
  await traffic.stop();
  await scenario[Symbol.asyncDispose]();
});

test('a forced hotfix: reason and person are in state and evidence; a stream of 20 s that is open then ends whole', async () => {
  const start = Date.now();
  const service = await scenario.cluster.get<{ spec: { clusterIP: string } }>(
    'service',
    'fraud',
    '-n',
    scenario.namespace,
  );
  const engine = await scenario.engine('rollout', {
    env: { VERSION: '2' },
    rollout: { drain: '30s' },
    args: ['--force', '--reason', 'r1 is slow'],
  });
  await scenario.reaches(
    'r2 is started',
    ({ revisions }) => revisions.some((each) => each.name === 'r2' && each.wanted === 2),
    120_000,
  );
  const stream = fetch(`http://${service.spec.clusterIP}/stream`).then((answer) => answer.text());
  expect(await engine.ended, engine.output()).toBe(0);
  const evidence = await scenario.evidence();
  expect(evidence).toMatchObject({ decision: 'promote', strategy: 'atOnce', forced: { reason: 'r1 is slow' } });
  expect(evidence.volatile.ticks).toEqual([]);
  const lines = (await stream).trim().split('\n');
  expect(lines).toHaveLength(20);
  expect(lines.every((line) => line.startsWith('r1 '))).toBe(true);
  expect((await scenario.status()).history.at(-1)).toMatchObject({
    ended: 'promoted',
    forced: { reason: 'r1 is slow' },
  });
  await onlyAnsweredBy(traffic, 'r2', { timeout: 120_000 });
  const lost = traffic.failures(start);
  expect(lost.length, explain(lost, evidence)).toBe(0);
});

/** The pipeline that made r2, once more. */
const second = { env: { VERSION: '2' }, rollout: { drain: '30s' } };

test('what evidence rolled back is refused, and goes again with --retry', async () => {
  const bad = { env: { VERSION: '3', FAKE_ERROR_RATE: '0.4' } };
  expect((await scenario.run('rollout', bad)).code).toBe(1);
  const again = await scenario.run('rollout', bad);
  expect(again.code, again.output).toBe(2);
  expect(again.output).toMatch(/was rolled back as r3.*--retry/s);
  const retried = await scenario.run('rollout', { ...bad, args: ['--retry'] });
  expect(retried.code, retried.output).toBe(1);
  expect((await scenario.status()).history.at(-1)).toMatchObject({ ended: 'rolled back', blamed: true, retried: true });
});

test('undo makes the first revision again from its record, without a failed request', async () => {
  expect((await scenario.objects()).filter((name) => name.startsWith('deployment'))).toEqual([
    'deployment.apps/fraud-r2',
  ]);
  const start = Date.now();
  const { code, evidence, output } = await scenario.run('undo', { env: { VERSION: '2' }, args: ['--to', 'r1'] });
  expect(code, output).toBe(0);
  expect(evidence).toMatchObject({ decision: 'promote', strategy: 'atOnce', candidate: { name: 'r1' } });
  await onlyAnsweredBy(traffic, 'r1', { timeout: 120_000 });
  const lost = traffic.failures(start);
  expect(lost.length, explain(lost, evidence)).toBe(0);
  expect(await scenario.status()).toMatchObject({ phase: 'done', oddities: [] });
  const again = await scenario.run('rollout', second);
  expect(again.code, again.output).toBe(2);
  expect(again.output).toMatch(/r2.*was left at .* by an undo to r1/);
});

test('undo as a canary judges the older revision like a new one', async () => {
  const { code, evidence, output } = await scenario.run('undo', {
    env: { VERSION: '2' },
    args: ['--to', 'r2', '--canary'],
  });
  expect(code, output).toBe(0);
  expect(evidence).toMatchObject({ decision: 'promote', strategy: 'canary', candidate: { name: 'r2' } });
  expect(evidence.volatile.ticks.length).toBeGreaterThan(0);
  await onlyAnsweredBy(traffic, 'r2', { timeout: 120_000 });
  expect((await scenario.run('rollout', second)).evidence).toMatchObject({ decision: 'none', stable: { name: 'r2' } });
});

test('undo from a machine that knows only name and namespace, without a failed request', async () => {
  const start = Date.now();
  const { code, output } = await scenario.elsewhere('undo', '--to', 'r1');
  expect(code, output).toBe(0);
  expect(output).toContain('r2 counts as rolled back');
  await onlyAnsweredBy(traffic, 'r1', { timeout: 120_000 });
  expect(traffic.failures(start)).toEqual([]);
  expect(await scenario.status()).toMatchObject({ phase: 'done', oddities: [] });
});
