import { afterAll, beforeAll, expect, test } from 'vitest';
import type { KubeObject } from '../../src/kubernetes/api.ts';
import { resources } from '../../src/kubernetes/resources.ts';
import { silentReporter } from '../../src/pipeline/reporter.ts';
import { adopt } from '../../src/rollout/commands/adopt.ts';
import { until } from '../cluster/poll.ts';
import { Traffic } from '../cluster/traffic.ts';
import type { TrafficResult } from '../cluster/traffic.ts';
import { handmade } from './handmade.ts';
import { Scenario, explain } from './scenario.ts';

// Somebody else's HTTPRoute with rules for several Services, obeyed by a real gateway: a canary takes its share out of it, testers reach
// the candidate by a header, and in the end the route is what it was. The stable revision is an adopted Deployment.

let scenario: Scenario;
let original: unknown;
const drivers: Record<string, Traffic> = {};

const rollout = {
  gateway: '{adopt: {route: shop}}',
  header: '{name: X-Tester, value: "yes"}',
  steps: '[{weight: 20%, approval: true}]',
  slo: '{errors: 10%}',
};

/** By header, since the server has one path: what goes to the cart, what to both, and all else. */
function shop(namespace: string, parent: object): KubeObject {
  const when = (value: string): object[] => [{ headers: [{ name: 'x-part', value }] }];
  return {
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'HTTPRoute',
    metadata: { name: 'shop', namespace, labels: { team: 'shop' } },
    spec: {
      parentRefs: [parent],
      hostnames: [`shop.${namespace}.test`],
      rules: [
        { matches: when('cart'), backendRefs: [{ name: 'cart', port: 80 }] },
        {
          matches: when('mixed'),
          backendRefs: [
            { name: 'cart', port: 80, weight: 50 },
            { name: 'fraud', port: 80, weight: 50 },
          ],
        },
        { backendRefs: [{ name: 'fraud', port: 80 }] },
      ],
    },
  };
}

/** The same server as another application. */
function cart(image: string, namespace: string): readonly object[] {
  const text = JSON.stringify(handmade(image, namespace))
    .replaceAll('fraud-server', 'cart')
    .replaceAll('fraud', 'cart');
  return JSON.parse(text.replace('"replicas":2', '"replicas":1').replaceAll('"handmade"', '"cart"')) as object[];
}

const route = (): Promise<KubeObject> => scenario.api.get(resources.httpRoute, scenario.namespace, 'shop');

/** Who answered the last second of these clients; none while there are too few. */
function answering(client: string): string[] {
  const last = drivers[client]?.between(Date.now() - 1500) ?? [];
  return last.length < 5 ? [] : [...new Set(last.map(({ revision = 'nobody' }) => revision))].sort();
}

const only = (client: string, ...revisions: string[]): Promise<unknown> =>
  until(
    `${client} is answered by ${revisions.join(', ')}`,
    () => Promise.resolve(answering(client).join() === revisions.join()),
    { timeout: 30_000, hint: () => answering(client).join() },
  );

/** When every client was answered without a failure for the first time: before, the gateway still learns of routes and endpoints. */
let begun = 0;

const failures = (): TrafficResult[] => Object.values(drivers).flatMap((each) => each.failures(begun));

beforeAll(async () => {
  scenario = await Scenario.start('shop', ['traefik']);
  const { cluster, namespace, image, api } = scenario;
  const facts = cluster.addons['traefik'];
  const parent = { name: String(facts?.['gateway']), namespace: String(facts?.['namespace']) };
  await cluster.apply(...handmade(image, namespace), ...cart(image, namespace), shop(namespace, parent));
  for (const name of ['fraud-server', 'cart'])
    await cluster.kubectl(['rollout', 'status', `deployment/${name}`, '-n', namespace, '--timeout=90s']);
  original = (await route())['spec'];
  await adopt({ model: 'fraud', namespace }, 'fraud-server', api, silentReporter);

  const url = `${String(facts?.['url'])}/predict`;
  const parts = { users: {}, testers: { 'x-tester': 'yes' }, mixed: { 'x-part': 'mixed' }, cart: { 'x-part': 'cart' } };
  for (const [client, headers] of Object.entries(parts)) {
    const rate = client === 'users' ? 40 : 8;
    const host = `shop.${namespace}.test`;
    const body = { inputs: [[1]] };
    const options = { url, rate, newConnections: 0.3, headers: { host, ...headers }, body };
    await until('the gateway routes', async () => {
      const answer = new Traffic({ ...options, rate: 20, maxRequests: 1 }).start();
      await until('an answer', () => Promise.resolve(answer.results.length === 1));
      await answer.stop();
      return answer.results[0]?.ok === true;
    });
    drivers[client] = new Traffic(options).start();
  }
  await until('every client is served', () => {
    const last = Object.values(drivers).map((each) => each.between(Date.now() - 2000));
    return Promise.resolve(last.every((results) => results.length > 10 && results.every(({ ok }) => ok)));
  });
  begun = Date.now() - 1000;
});

afterAll(async () => {
  await Promise.all(Object.values(drivers).map((each) => each.stop()));
  await scenario[Symbol.asyncDispose]();
});

test('a share is taken out of the route, and a hold leaves it to testers', async () => {
  const { code, evidence, output } = await scenario.run('rollout', { rollout });
  expect(code, output).toBe(3);
  expect(evidence).toMatchObject({ outcome: 'held', stable: { name: 'r0' }, candidate: { name: 'r1' } });
  expect(output).toContain('X-Tester: yes reach the candidate at any share');
  // The split that was seen includes the testers, and was not taken for a gateway that does not obey.
  await only('testers', 'r1');
  await only('users', 'handmade');
  await only('mixed', 'cart', 'handmade');
  await only('cart', 'cart');
  const rules = (spec: unknown): unknown[] => (spec as { rules: unknown[] }).rules;
  expect(rules((await route())['spec']).slice(0, 3)).toEqual(rules(original));
  const lost = failures();
  expect(lost.length, explain(lost, evidence)).toBe(0);
});

test('promotion gives the route back as it was, and nobody lost a request', async () => {
  const { code, evidence, output } = await scenario.run('promote', { rollout });
  expect(code, output).toBe(0);
  for (const client of ['users', 'testers']) await only(client, 'r1');
  await only('mixed', 'cart', 'r1');
  const { spec, metadata } = (await route()) as KubeObject & { spec: unknown };
  expect(spec).toEqual(original);
  expect(metadata.labels).toEqual({ team: 'shop' });
  expect(Object.keys(metadata.annotations ?? {}).filter((each) => each.includes('weights'))).toEqual([]);
  expect([...(drivers['cart']?.byRevision().keys() ?? [])]).toEqual(['cart']);
  const lost = failures();
  expect(lost.length, explain(lost, evidence)).toBe(0);
});

test('a route that a Git tool keeps is refused, with what to do', async () => {
  await scenario.cluster.kubectl([
    ...['annotate', 'httproute', 'shop', '-n', scenario.namespace],
    'argocd.argoproj.io/tracking-id=shop:gateway.networking.k8s.io/HTTPRoute:x/shop',
  ]);
  const { code, output } = await scenario.run('plan', { rollout, env: { VERSION: '2' } });
  expect(code, output).toBe(2);
  expect(output).toContain('rollout/owned-by-git');
  expect(output).toContain('give fraud a route of its own (rollout.gateway.name)');
});
