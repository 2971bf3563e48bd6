import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { silentReporter } from '../../src/pipeline/reporter.ts';
import { rollback } from '../../src/rollout/commands/rollback.ts';
import { resume } from '../../src/rollout/commands/resume.ts';
import { until } from '../cluster/poll.ts';
import type { Traffic } from '../cluster/traffic.ts';
import { accessTo, project } from './project.ts';
import type { ProjectOptions } from './project.ts';
import { Scenario, onlyAnsweredBy } from './scenario.ts';

// The engine dies in the middle of a canary; whatever happens then, the stable version gets its traffic back by itself.

const ref = (): { model: string; namespace: string } => ({ model: 'fraud', namespace: scenario.namespace });
/** A step that is long enough to be killed in. */
const slow = { minTime: '10s' };

let scenario: Scenario;
let traffic: Traffic;
/** The revision that must serve whatever happens. */
let stable: string;

beforeAll(async () => {
  scenario = await Scenario.start('death');
  await firstDeployDiesAndIsResumed();
  traffic = await scenario.traffic();
});

beforeEach(async () => {
  // What a test leaves abandoned is over before the next one begins.
  await rollback(ref(), scenario.api, silentReporter);
  stable = (await scenario.status()).revisions.find((each) => each.role === 'stable')?.name ?? '';
});

afterAll(async () => {
  await traffic.stop();
  await scenario[Symbol.asyncDispose]();
});

/** The very first deploy is killed: the watchdog leaves no pods and no Service, and another machine finishes it. */
async function firstDeployDiesAndIsResumed(): Promise<void> {
  const options = { env: { FAKE_LOAD_MS: '6000' } };
  const engine = await scenario.engine('rollout', options);
  await until('the candidate is created', async () =>
    (await scenario.objects()).includes('service/fraud-r1') ? true : undefined,
  );
  engine.process.kill('SIGKILL');
  await scenario.reaches('abandoned', (report) => report.phase === 'abandoned' && report.engine === null);
  const left = (await scenario.objects()).filter((name) => !name.includes('watchdog'));
  expect(left).toEqual(['configmap/mldeploy-fraud']);
  const { code, output } = await scenario.run('resume', options);
  expect(code, output).toBe(0);
}

/** Begins a canary and kills its engine when the candidate has answered some requests. */
async function killedEngine(options: Omit<ProjectOptions, 'namespace'>): Promise<void> {
  const engine = await scenario.canary(options);
  const begun = Date.now();
  await until('the candidate answers', () =>
    Promise.resolve(traffic.between(begun).filter((each) => each.revision !== stable).length > 60),
  );
  engine.process.kill('SIGKILL');
  expect(await engine.ended).toBe('SIGKILL');
}

function onlyStableAnswers(): Promise<void> {
  return onlyAnsweredBy(traffic, stable, {
    timeout: 40_000,
    hint: async () => JSON.stringify(await scenario.status()),
  });
}

test('engine killed: the watchdog restores the stable revision, resume finishes with the counts', async () => {
  const begun = Date.now();
  await killedEngine({ env: { VERSION: '2' }, rollout: slow });
  const killedAt = performance.now();
  const report = await scenario.reaches('abandoned', ({ phase, engine }) => phase === 'abandoned' && engine === null);
  // The lease is 10 s; the watchdog looks every second.
  expect(performance.now() - killedAt).toBeLessThan(20_000);
  expect(report).toMatchObject({ weight: 0, oddities: [] });
  await onlyStableAnswers();
  expect(report.revisions.find((each) => each.role === 'candidate')).toMatchObject({ wanted: 0 });

  const config = project({
    namespace: scenario.namespace,
    watchdog: scenario.watchdog,
    env: { VERSION: '2' },
    rollout: slow,
  });
  const evidence = await resume(
    {
      config,
      access: accessTo(scenario.cluster, 'another machine'),
      reporter: silentReporter,
      signal: new AbortController().signal,
    },
    scenario.api,
  );
  expect(evidence, JSON.stringify(evidence.reasons)).toMatchObject({ outcome: 'passed', decision: 'promote' });
  expect(evidence.stable?.name).toBe(stable);
  // Counts of the first engine are in the totals: more than the second one's ticks saw.
  const errors = evidence.volatile.ticks.filter((tick) => tick.metric === 'errors');
  const seen = errors.reduce((sum, tick) => sum + tick.candidate.total, 0);
  expect(seen).toBeGreaterThan(0);
  expect(evidence.volatile.totals.candidate.requests).toBeGreaterThan(seen);
  expect(traffic.failures(begun)).toEqual([]);
});

test('engine killed: rollback from a machine that knows only name and namespace', async () => {
  const begun = Date.now();
  await killedEngine({ env: { VERSION: '3' }, rollout: { ...slow, watchdog: 'off' } });
  const { code, output } = await scenario.elsewhere('rollback');
  expect(code, output).toBe(0);
  await onlyStableAnswers();
  expect(await scenario.status()).toMatchObject({ phase: 'done', weight: 0, engine: null, oddities: [] });
  expect((await scenario.status()).revisions.some((each) => each.role === 'candidate')).toBe(false);
  // Again: nothing to do, and nothing is done.
  expect(await rollback(ref(), scenario.api, silentReporter)).toMatchObject({ changed: false, stable });
  expect(traffic.failures(begun)).toEqual([]);
});

test('engine killed, then every pod deleted: the new pods are served and the stable revision restored', async () => {
  await killedEngine({ env: { VERSION: '4' }, rollout: slow });
  await scenario.cluster.kubectl(['delete', 'pods', '-n', scenario.namespace, '--all', '--wait=false']);
  await scenario.reaches('abandoned', ({ phase }) => phase === 'abandoned');
  await scenario.reaches('the stable revision is whole', ({ revisions }) =>
    revisions.some((each) => each.role === 'stable' && each.ready === 2),
  );
  await onlyStableAnswers();
});
