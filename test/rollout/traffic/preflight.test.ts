import { beforeEach, expect, test } from 'vitest';
import type { KubeObject } from '../../../src/kubernetes/api.ts';
import { kubeApi } from '../../../src/kubernetes/kube-api.ts';
import { httpRouteKind } from '../../../src/rollout/traffic/gateway.ts';
import { virtualServiceKind } from '../../../src/rollout/traffic/istio.ts';
import { trafficNotes } from '../../../src/rollout/traffic/notes.ts';
import { checkRoute } from '../../../src/rollout/traffic/preflight.ts';
import { MemoryTransport } from '../memory-transport.ts';
import { project } from '../project.ts';
import type { ProjectOptions } from '../project.ts';

let transport: MemoryTransport;

beforeEach(() => {
  transport = new MemoryTransport();
});

const check = (rollout: NonNullable<ProjectOptions['rollout']>): Promise<void> =>
  checkRoute(kubeApi(transport), project({ namespace: 'ml', rollout }));

async function route(backendRefs: object[], metadata: Partial<KubeObject['metadata']> = {}): Promise<void> {
  const object = { apiVersion: 'x', kind: 'HTTPRoute', metadata: { name: 'shop', namespace: 'ml', ...metadata } };
  await kubeApi(transport).create(httpRouteKind.resource, { ...object, spec: { rules: [{ backendRefs }] } });
}

const adopt = { gateway: '{adopt: {route: shop}}' };
const fraud = { name: 'fraud', port: 80 };

test('a cluster without the kind of route is told from one without the route', async () => {
  await expect(check({ gateway: '{name: public}' })).rejects.toMatchObject({ code: 'rollout/no-route-kind' });
  await expect(check({ istio: '{}' })).rejects.toMatchObject({
    code: 'rollout/no-route-kind',
    hint: expect.stringContaining('Istio 1.22') as string,
  });
  transport.intercept = ({ path }) =>
    path === '/apis/networking.istio.io/v1'
      ? { status: 200, body: '{"resources":[{"name":"virtualservices"}]}', headers: {} }
      : path.endsWith('/v1')
        ? { status: 403, body: '{}', headers: {} }
        : undefined;
  await check({ istio: '{}' });
  await check({ gateway: '{name: public}' });
  await check({});
  const missing = { istio: '{adopt: {virtualService: shop}}' };
  await expect(check(missing)).rejects.toMatchObject({ code: 'rollout/adopted-route', message: /There is no Virtual/ });
});

test.each([
  [[{ name: 'cart', port: 80 }], {}, 'rollout/adopted-route', 'sends nothing to Service fraud'],
  [[fraud], { labels: { 'app.kubernetes.io/managed-by': 'ml-deploy' } }, 'rollout/adopted-route', "is ml-deploy's own"],
  [[fraud], { labels: { 'app.kubernetes.io/managed-by': 'Helm' } }, 'rollout/owned-by-git', 'is kept by Helm'],
  [
    [
      { ...fraud, weight: 1 },
      { name: 'cart', weight: 1 },
    ],
    {},
    'rollout/adopted-route',
    'a share of 30 % of it is no whole weight',
  ],
])('a route with %j %j is refused: %s', async (backends, metadata, code, message) => {
  await route(backends, metadata);
  transport.writes.length = 0;
  await expect(check(adopt)).rejects.toMatchObject({ code, message: expect.stringContaining(message) as string });
  expect(transport.writes).toEqual([]);
});

test('alone in its rule, or with weights that can be divided, it is taken', async () => {
  await route([fraud]);
  await check(adopt);
  transport.objects.clear();
  await route([
    { ...fraud, weight: 10 },
    { name: 'cart', weight: 1 },
  ]);
  await check(adopt);
  await expect(check({ gateway: '{adopt: {route: shop, rule: 1}}' })).rejects.toThrow(/in rule 1\./);
});

test('the plan tells what testers and a single rule do to the split', () => {
  const notes = (rollout: NonNullable<ProjectOptions['rollout']>): string =>
    trafficNotes(project({ namespace: 'ml', rollout })).join(' ');
  expect(notes(adopt)).toBe('');
  expect(notes({ ...adopt, header: '{name: x-t, value: a}' })).toMatch(/x-t: a reach the candidate at any share/);
  expect(notes({ istio: '{adopt: {virtualService: shop, rule: predict}}' })).toMatch(/Only rule predict of shop/);
  expect(virtualServiceKind.parts(0.025)).toBe(1000);
});
