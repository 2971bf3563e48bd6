import { afterAll, beforeAll, expect, test } from 'vitest';
import { silentReporter } from '../../src/pipeline/reporter.ts';
import { rollback } from '../../src/rollout/commands/rollback.ts';
import { needs } from '../../src/rollout/preflight.ts';
import { groupOf } from '../../src/rollout/watchdog/rules.ts';
import { until } from '../cluster/poll.ts';
import { project } from './project.ts';
import { Scenario } from './scenario.ts';

// What can go wrong, and who is blamed. One namespace; the stable revision r1 is there from the fourth test on.

let scenario: Scenario;

beforeAll(async () => {
  scenario = await Scenario.start('failures');
});

afterAll(async () => {
  await scenario[Symbol.asyncDispose]();
});

async function nothingLeft(): Promise<void> {
  await until('nothing is left', async () => ((await scenario.objects()).length === 0 ? true : undefined), {
    hint: async () => (await scenario.objects()).join(),
  });
}

test('no permission: one error names every missing verb and resource, and nothing is changed', async () => {
  const kubeconfig = await scenario.cluster.restrictedUser(scenario.namespace, [
    { apiGroups: ['apps'], resources: ['deployments'], verbs: ['get', 'list'] },
    { apiGroups: [''], resources: ['services', 'configmaps', 'pods'], verbs: ['get', 'list'] },
  ]);
  const { code, output } = await scenario.run('rollout', { kubeconfig });
  expect(code, output).toBe(4);
  expect(output).toContain('create deployments.apps');
  expect(output).toContain('patch services');
  expect(output).toContain('create leases.coordination.k8s.io');
  expect(output).not.toContain('list deployments.apps');
  expect(await scenario.objects()).toEqual([]);
});

test('the rights that preflight asks for are enough, watchdog included', async () => {
  const config = project({ namespace: scenario.namespace, watchdog: scenario.watchdog });
  const rules = needs(config).map(({ resource, verb }) => ({
    apiGroups: [groupOf(resource)],
    resources: [resource.plural],
    verbs: [verb],
  }));
  const kubeconfig = await scenario.cluster.restrictedUser(scenario.namespace, rules);
  const { code, output } = await scenario.run('rollout', { kubeconfig, env: { FAKE_CRASH: '1' } });
  // All the way through a first deploy and its undoing; what fails is the model.
  expect(code, output).toBe(1);
  expect(output).toContain('proved its rights');
  await nothingLeft();
});

test('a first deploy that never becomes ready blames the model and leaves nothing behind', async () => {
  const { code, evidence, output } = await scenario.run('rollout', {
    env: { FAKE_NEVER_READY: '1' },
    rollout: { readyTimeout: '8s' },
  });
  expect(code, output).toBe(1);
  expect(evidence).toMatchObject({ outcome: 'failed', decision: 'rollback' });
  expect(evidence.reasons.join(' ')).toMatch(/ready/);
  await nothingLeft();
});

test('Ctrl-C during a first deploy leaves nothing behind', async () => {
  const engine = await scenario.engine('rollout', { env: { FAKE_NEVER_READY: '1' } });
  await until('the candidate is created', async () =>
    (await scenario.objects()).includes('deployment.apps/fraud-r1') ? true : undefined,
  );
  const pressed = performance.now();
  engine.process.kill('SIGINT');
  expect(await engine.ended, engine.output()).toBe(130);
  expect(performance.now() - pressed).toBeLessThan(7500);
  await nothingLeft();
});

test('an image that does not exist is found within seconds and blamed on the revision; the stable one stays', async () => {
  const first = await scenario.run('rollout', {});
  expect(first.code, first.output).toBe(0);
  const [repository = ''] = scenario.image.split('@');
  const { code, evidence, output } = await scenario.run('rollout', {
    image: `${repository}@sha256:${'e'.repeat(64)}`,
    rollout: { readyTimeout: '10m' },
  });
  expect(code, output).toBe(1);
  const at = (kind: string): number =>
    Date.parse(evidence.volatile.timeline.find((event) => event.kind === kind)?.at ?? '');
  // 6 s on a machine that does nothing else; the time to become ready is not waited for.
  expect(at('restored') - at('candidate-created')).toBeLessThan(120_000);
  expect(evidence).toMatchObject({ outcome: 'failed', decision: 'rollback', stable: { name: 'r1' } });
  expect(evidence.reasons[0]).toMatch(/cannot get its image/);
  expect(await scenario.status()).toMatchObject({ phase: 'done', oddities: [] });
});

test('a crashing candidate is diagnosed with its last words', async () => {
  const { code, evidence, output } = await scenario.run('rollout', { env: { FAKE_CRASH: '1' } });
  expect(code, output).toBe(1);
  expect(evidence.reasons[0]).toMatch(/exit code 3/);
  expect(evidence.volatile.diagnosis.join('\n')).toMatch(/the weights do not fit/);
});

test('no traffic at all: never promoted, held for a person', async () => {
  const { code, evidence, output } = await scenario.run('rollout', {
    env: { VERSION: '2' },
    rollout: { stepDeadline: '6s', onInconclusive: 'promote' },
  });
  expect(code, output).toBe(3);
  expect(evidence).toMatchObject({ outcome: 'held', decision: 'held' });
  expect(evidence.volatile.totals.candidate.requests).toBe(0);
  const status = await scenario.status();
  expect(status).toMatchObject({ phase: 'held', weight: 0, engine: null, oddities: [] });
  expect(Date.parse(status.hold?.until ?? '')).toBeGreaterThan(Date.now());

  const again = await scenario.run('rollout', { env: { VERSION: '2' } });
  expect(again.code, again.output).toBe(2);
  expect(again.output).toContain('held');
  const ref = { model: 'fraud', namespace: scenario.namespace };
  expect(await rollback(ref, scenario.api, silentReporter)).toMatchObject({ changed: true, stable: 'r1' });
  expect((await scenario.status()).revisions.map((each) => each.role)).toEqual(['stable']);
});

test('a cluster without room for the pods is to blame, not the revision', async () => {
  // More than any test of this cluster advertises.
  const { code, output } = await scenario.run('rollout', { env: { VERSION: '2' }, gpu: 16 });
  expect(code, output).toBe(4);
  expect(output).toMatch(/nvidia\.com\/gpu/);
  expect(await scenario.status()).toMatchObject({ phase: 'done', oddities: [] });
});
