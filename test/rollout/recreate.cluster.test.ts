import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Traffic } from '../cluster/traffic.ts';
import { Scenario, onlyAnsweredBy } from './scenario.ts';

let scenario: Scenario;
let traffic: Traffic;
const strategy = { strategy: 'recreate', minTime: '3s' };

beforeAll(async () => {
  scenario = await Scenario.start('recreate');
  const { code, output } = await scenario.run('rollout', { rollout: strategy, replicas: 1 });
  if (code !== 0) throw new Error(output);
  traffic = await scenario.traffic();
});

const slowly = { timeout: 120_000, hint: async () => JSON.stringify(await scenario.status(), null, 1) };

afterAll(async () => {
  await traffic.stop();
  await scenario[Symbol.asyncDispose]();
});

test('the old pods are gone before the new ones come; the outage is said', async () => {
  const { code, evidence, output } = await scenario.run('rollout', {
    env: { VERSION: '2' },
    rollout: strategy,
    replicas: 1,
  });
  expect(code, output).toBe(0);
  expect(output).toMatch(/This is an outage: r1 ends before the new revision starts/);
  expect(evidence).toMatchObject({ outcome: 'passed', decision: 'promote', strategy: 'recreate' });
  const kinds = evidence.volatile.timeline.map((event) => event.kind);
  expect(kinds.indexOf('outage')).toBeGreaterThan(kinds.indexOf('watchdog-armed'));
  expect(kinds.indexOf('candidate-created')).toBeGreaterThan(kinds.indexOf('freed'));
  await onlyAnsweredBy(traffic, 'r2', slowly);
  expect((await scenario.status()).revisions.map((each) => [each.name, each.role, each.wanted])).toEqual([
    ['r1', 'previous', 0],
    ['r2', 'stable', 1],
  ]);
});

test('a version that cannot start: the stable one is back and ready', async () => {
  const { code, output } = await scenario.run('rollout', {
    env: { VERSION: '3', FAKE_CRASH: '1' },
    rollout: strategy,
    replicas: 1,
  });
  expect(code, output).toBe(1);
  expect(output).toMatch(/r2 is ready again/);
  await onlyAnsweredBy(traffic, 'r2', slowly);
  expect(await scenario.status()).toMatchObject({ phase: 'done', weight: 0, oddities: [] });
});

test('the engine is killed while nobody serves: the watchdog starts the stable version again', async () => {
  const engine = await scenario.engine('rollout', {
    env: { VERSION: '4', FAKE_LOAD_MS: '20000' },
    rollout: strategy,
    replicas: 1,
  });
  await scenario.reaches(
    'r4 takes the place of r2',
    ({ revisions }) => revisions.some((each) => each.name === 'r4' && each.wanted === 1),
    90_000,
  );
  engine.process.kill('SIGKILL');
  await scenario.reaches('the watchdog gave up for it', ({ phase }) => phase === 'abandoned', 120_000);
  await onlyAnsweredBy(traffic, 'r2', slowly);
  const { revisions } = await scenario.status();
  expect(revisions.map((each) => [each.name, each.wanted]).sort()).toEqual([
    ['r2', 1],
    ['r4', 0],
  ]);
});
