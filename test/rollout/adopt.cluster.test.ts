import { afterAll, beforeAll, expect, test } from 'vitest';
import { silentReporter } from '../../src/pipeline/reporter.ts';
import { adopt } from '../../src/rollout/commands/adopt.ts';
import { handmade } from './handmade.ts';
import { Scenario, onlyAnsweredBy } from './scenario.ts';

let scenario: Scenario;

beforeAll(async () => {
  scenario = await Scenario.start('adopt');
});

afterAll(async () => {
  await scenario[Symbol.asyncDispose]();
});

test('a running Deployment becomes revision 0 without a restart, and the next version is a canary beside it', async () => {
  const { cluster, namespace } = scenario;
  await cluster.apply(...handmade(scenario.image, namespace));
  await cluster.kubectl(['rollout', 'status', 'deployment/fraud-server', '-n', namespace, '--timeout=60s']);
  const refused = await scenario.run('rollout', {});
  expect(refused.code, refused.output).toBe(2);
  expect(refused.output).toContain('init --from deployment/NAME');

  const traffic = await scenario.traffic();
  try {
    const uids = async (): Promise<string> =>
      cluster.kubectl([
        'get',
        'pods',
        '-n',
        namespace,
        '-l',
        'app.kubernetes.io/name=fraud',
        '-o',
        'jsonpath={.items[*].metadata.uid}',
      ]);
    const before = await uids();
    const ref = { model: 'fraud', namespace };
    const report = await adopt(ref, 'fraud-server', scenario.api, silentReporter);
    expect(report.revision).toMatchObject({ name: 'r0', deployment: 'fraud-server', replicas: 2 });
    // The controller has seen the change and found nothing to do.
    await cluster.kubectl(['rollout', 'status', 'deployment/fraud-server', '-n', namespace, '--timeout=60s']);
    expect(await uids()).toBe(before);
    const sets = await cluster.get<{ items: object[] }>('replicasets', '-n', namespace);
    expect(sets.items).toHaveLength(1);

    const { code, evidence, output } = await scenario.run('rollout', {});
    expect(code, output).toBe(0);
    expect(evidence).toMatchObject({
      outcome: 'passed',
      decision: 'promote',
      stable: { name: 'r0' },
      candidate: { name: 'r1' },
    });
    await onlyAnsweredBy(traffic, 'r1');
    expect(traffic.failures()).toEqual([]);
  } finally {
    await traffic.stop();
  }
});
