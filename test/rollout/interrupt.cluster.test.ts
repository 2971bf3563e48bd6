import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { RolloutEvidence } from '../../src/pipeline/evidence.ts';
import { silentReporter } from '../../src/pipeline/reporter.ts';
import { promote } from '../../src/rollout/commands/resume.ts';
import { rollback } from '../../src/rollout/commands/rollback.ts';
import type { Traffic } from '../cluster/traffic.ts';
import { accessTo, project } from './project.ts';
import { Scenario, onlyAnsweredBy } from './scenario.ts';

// People who step in while a canary runs: Ctrl-C, a rollback from elsewhere, a second engine, an approval.

let scenario: Scenario;
let traffic: Traffic;

beforeAll(async () => {
  scenario = await Scenario.start('interrupt');
  const { code, output } = await scenario.run('rollout', {});
  expect(code, output).toBe(0);
  traffic = await scenario.traffic();
});

afterAll(async () => {
  await traffic.stop();
  await scenario[Symbol.asyncDispose]();
});

test('Ctrl-C in the middle of a canary: the stable revision serves at once, no request is lost', async () => {
  const start = Date.now();
  const engine = await scenario.canary({ env: { VERSION: '2' }, rollout: { minTime: '60s' } });
  const pressed = performance.now();
  engine.process.kill('SIGINT');
  expect(await engine.ended, engine.output()).toBe(130);
  expect(performance.now() - pressed).toBeLessThan(7500);
  const evidence = join(scenario.folder, '.mldeploy/default');
  const { volatile } = JSON.parse(await readFile(join(evidence, 'rollout.json'), 'utf8')) as RolloutEvidence;
  expect(volatile.timeline.map(({ kind }) => kind)).toEqual(expect.arrayContaining(['weight', 'restored', 'retired']));
  expect(await readFile(join(evidence, 'report.md'), 'utf8')).toContain('interrupted in rollout');
  await onlyAnsweredBy(traffic, 'r1');
  expect(traffic.failures(start)).toEqual([]);
  expect(await scenario.status()).toMatchObject({ phase: 'done', weight: 0, engine: null, oddities: [] });
});

test('rollback pre-empts a live engine, which stops without writing anything more', async () => {
  const engine = await scenario.canary({ env: { VERSION: '3' }, rollout: { minTime: '60s' } });
  const ref = { model: 'fraud', namespace: scenario.namespace };
  expect(await rollback({ ...ref, onlyHolder: 'somebody else' }, scenario.api, silentReporter)).toMatchObject({
    changed: false,
  });
  expect(await rollback(ref, scenario.api, silentReporter)).toMatchObject({ changed: true, stable: 'r1' });
  expect(await engine.ended, engine.output()).toBe(4);
  expect(engine.output()).toContain('rollout/superseded');
  await onlyAnsweredBy(traffic, 'r1');
  expect(await scenario.status()).toMatchObject({ phase: 'done', oddities: [] });
});

test('a second engine is told that the first is alive; the first is not disturbed and then approved', async () => {
  // Time enough for a second engine to start and to look, also on a machine with much to do.
  const approved = { steps: '[{weight: 30%, approval: true}]', minTime: '30s' };
  const first = await scenario.engine('rollout', { env: { VERSION: '4' }, rollout: approved });
  await scenario.reaches('the first engine leads', ({ engine }) => engine !== null);
  const second = await scenario.engine('rollout', { env: { VERSION: '5' } });
  expect(await second.ended, second.output()).toBe(4);
  expect(second.output()).toContain('rollout/busy');
  expect(await first.ended, first.output()).toBe(3);
  const held = await scenario.status();
  expect(held).toMatchObject({ phase: 'held', weight: 0 });
  expect(held.hold?.reason).toMatch(/waits for approval/);
  await onlyAnsweredBy(traffic, 'r1');

  const config = project({
    namespace: scenario.namespace,
    watchdog: scenario.watchdog,
    env: { VERSION: '4' },
    rollout: approved,
  });
  const evidence = await promote(
    {
      config,
      access: accessTo(scenario.cluster, 'a person'),
      reporter: silentReporter,
      signal: new AbortController().signal,
    },
    scenario.api,
  );
  expect(evidence, JSON.stringify(evidence.reasons)).toMatchObject({ outcome: 'passed', decision: 'promote' });
  await onlyAnsweredBy(traffic, evidence.candidate.name);
  expect(traffic.failures()).toEqual([]);
});
