import { expect, test } from 'vitest';
import { resources } from '../../src/kubernetes/resources.ts';
import { silentReporter } from '../../src/pipeline/reporter.ts';
import { adopt } from '../../src/rollout/commands/adopt.ts';
import { until } from '../cluster/poll.ts';
import { Traffic } from '../cluster/traffic.ts';
import { handmade } from './handmade.ts';
import { Scenario, explain, onlyAnsweredBy } from './scenario.ts';

test('the Service of an adopted revision carries its share of a route of our own, and loses nothing', async () => {
  await using scenario = await Scenario.start('gateway-r0', ['traefik']);
  const { cluster, namespace, image, api } = scenario;
  await cluster.apply(...handmade(image, namespace));
  await cluster.kubectl(['rollout', 'status', 'deployment/fraud-server', '-n', namespace, '--timeout=90s']);
  await adopt({ model: 'fraud', namespace }, 'fraud-server', api, silentReporter);
  const facts = cluster.addons['traefik'];
  const host = `fraud.${namespace}.test`;
  const parent = `name: ${String(facts?.['gateway'])}, namespace: ${String(facts?.['namespace'])}`;
  const rollout = { gateway: `{${parent}, hostnames: [${host}]}`, steps: '[20%]', slo: '{errors: 10%}' };
  const url = `${String(facts?.['url'])}/predict`;
  const options = { url, rate: 60, newConnections: 0.3, headers: { host }, body: { inputs: [[1]] } };

  const engine = await scenario.engine('rollout', { rollout });
  // The route is made by this rollout: clients come as soon as r0 answers through it.
  await until(
    'the gateway routes to r0',
    async () => {
      const probe = new Traffic({ ...options, rate: 20, maxRequests: 1 }).start();
      await until('an answer', () => Promise.resolve(probe.results.length === 1));
      await probe.stop();
      return probe.results[0]?.ok === true;
    },
    { timeout: 120_000, hint: () => engine.output() },
  );
  const traffic = new Traffic(options).start();
  try {
    expect(await engine.ended, engine.output()).toBe(0);
    await onlyAnsweredBy(traffic, 'r1');
  } finally {
    await traffic.stop();
  }
  expect([...traffic.byRevision().keys()].sort()).toEqual(['handmade', 'r1']);
  const lost = traffic.failures();
  expect(lost.length, explain(lost, (await scenario.run('rollout', { rollout })).evidence)).toBe(0);
  const route = await api.get(resources.httpRoute, namespace, 'fraud');
  expect(route['spec']).toMatchObject({ rules: [{ backendRefs: [{ name: 'fraud-r1', weight: 1000 }] }] });
});
