import { beforeEach, describe, expect, test } from 'vitest';
import type { KubeApi, KubeObject } from '../../../src/kubernetes/api.ts';
import { kubeApi } from '../../../src/kubernetes/kube-api.ts';
import { Fence } from '../../../src/rollout/fence.ts';
import { httpRouteKind } from '../../../src/rollout/traffic/gateway.ts';
import { virtualServiceKind } from '../../../src/rollout/traffic/istio.ts';
import type { TrafficFacts } from '../../../src/rollout/traffic/provider.ts';
import { adoptedRules, routeTraffic } from '../../../src/rollout/traffic/weighted-route.ts';
import type { RouteKind } from '../../../src/rollout/traffic/weighted-route.ts';
import { MemoryTransport } from '../memory-transport.ts';

// What the real API server adds to this is in contract.cluster.test.ts.

const facts: TrafficFacts = { model: 'fraud', namespace: 'ml', port: 80, adopted: { name: 'shop', rule: null } };
const header = { name: 'X-Tester', value: 'yes' };
const tenth = { stable: 'r1', candidate: 'r2', weight: 0.1 };

const shop: KubeObject = {
  apiVersion: 'gateway.networking.k8s.io/v1',
  kind: 'HTTPRoute',
  metadata: { name: 'shop', namespace: 'ml', generation: 1, annotations: { 'fraud.mldeploy/epoch': '3', theirs: 'x' } },
  spec: {
    parentRefs: [{ name: 'public' }],
    rules: [
      { matches: [{ path: { type: 'PathPrefix', value: '/cart' } }], backendRefs: [{ name: 'cart', port: 80 }] },
      {
        name: 'mixed',
        matches: [{ path: { type: 'PathPrefix', value: '/mixed' } }],
        filters: [{ type: 'RequestHeaderModifier', requestHeaderModifier: { set: [{ name: 'a', value: 'b' }] } }],
        backendRefs: [
          { name: 'fraud', port: 80, weight: 300, filters: [{ type: 'ExtensionRef' }] },
          { name: 'cart', port: 80, weight: 700 },
        ],
      },
      { backendRefs: [{ name: 'fraud', port: 80 }] },
      { backendRefs: [{ name: 'fraud', port: 80, namespace: 'elsewhere' }] },
    ],
  },
};

const mesh: KubeObject = {
  apiVersion: 'networking.istio.io/v1',
  kind: 'VirtualService',
  metadata: { name: 'shop', namespace: 'ml', generation: 1, annotations: { 'fraud.mldeploy/epoch': '3' } },
  spec: {
    hosts: ['shop.test'],
    http: [
      { match: [{ uri: { prefix: '/cart' } }], route: [{ destination: { host: 'cart' } }] },
      {
        name: 'fraud',
        timeout: '3s',
        route: [{ destination: { host: 'fraud.ml.svc.cluster.local', subset: 'v1', port: { number: 80 } } }],
      },
    ],
  },
};

let transport: MemoryTransport;
let api: KubeApi;
let fence: Fence;

beforeEach(() => {
  transport = new MemoryTransport();
  api = kubeApi(transport);
  fence = new Fence(api, 'ml', 3);
});

async function put(kind: RouteKind, object: KubeObject): Promise<void> {
  await api.create(kind.resource, structuredClone(object));
}

function spec(): Record<string, Record<string, unknown>[]> {
  const [object] = [...transport.objects.values()];
  return object?.['spec'] as Record<string, Record<string, unknown>[]>;
}

function annotationsOf(): unknown {
  return [...transport.objects.values()][0]?.metadata.annotations;
}

describe.each([
  ['HTTPRoute', httpRouteKind, shop],
  ['VirtualService', virtualServiceKind, mesh],
] as const)('an adopted %s', (_, kind, original) => {
  test.each([null, header])('is split and is what it was afterwards, from every state; header %j', async (tester) => {
    await put(kind, original);
    const route = routeTraffic(kind, { ...facts, header: tester });
    const weights = [0.1, 0.5, 0, 0.1, 0.25];
    for (const weight of weights) {
      const change = route.split({ ...tenth, weight });
      await fence.patch(route, change ?? []);
      const written = structuredClone(spec());
      await fence.patch(route, change ?? []);
      expect(spec()).toEqual(written);
      transport.writes.length = 0;
      await fence.patch(route, route.allTo('r1'));
      expect(transport.writes).toHaveLength(1);
      expect(spec()).toEqual(original['spec']);
      expect(annotationsOf()).toEqual(original.metadata.annotations);
      await fence.patch(route, change ?? []);
    }
    await fence.patch(route, route.allTo('r2'));
    expect(spec()).toEqual(original['spec']);
  });
});

test('the share comes out of the model’s weight; backends, filters and rules of others stay', async () => {
  await put(httpRouteKind, shop);
  const route = routeTraffic(httpRouteKind, facts);
  await fence.patch(route, route.split(tenth) ?? []);
  const rules = spec()['rules'] ?? [];
  expect(rules.map((each) => each['backendRefs'])).toEqual([
    [{ name: 'cart', port: 80 }],
    [
      { name: 'fraud', port: 80, weight: 270, filters: [{ type: 'ExtensionRef' }] },
      { name: 'fraud-r2', port: 80, weight: 30, filters: [{ type: 'ExtensionRef' }] },
      { name: 'cart', port: 80, weight: 700 },
    ],
    [
      { name: 'fraud', port: 80, weight: 900 },
      { name: 'fraud-r2', port: 80, weight: 100 },
    ],
    [{ name: 'fraud', port: 80, namespace: 'elsewhere' }],
  ]);
});

test('a subset is not asked of a Service that has none', async () => {
  await put(virtualServiceKind, mesh);
  const route = routeTraffic(virtualServiceKind, { ...facts, header });
  await fence.patch(route, route.split(tenth) ?? []);
  const [, testers, fraud] = spec()['http'] ?? [];
  const candidate = { host: 'fraud-r2.ml.svc.cluster.local', port: { number: 80 } };
  expect(testers).toEqual({
    name: 'fraud',
    timeout: '3s',
    match: [{ headers: { 'x-tester': { exact: 'yes' } } }],
    route: [{ destination: candidate }],
  });
  expect(fraud?.['route']).toEqual([
    { destination: { host: 'fraud.ml.svc.cluster.local', subset: 'v1', port: { number: 80 } }, weight: 90 },
    { destination: candidate, weight: 10 },
  ]);
});

test('testers: a copy of the rule that also asks for the header, sent to the candidate alone', async () => {
  await put(httpRouteKind, shop);
  const route = routeTraffic(httpRouteKind, { ...facts, header, adopted: { name: 'shop', rule: 'mixed' } });
  await fence.patch(route, route.split({ ...tenth, weight: 0 }) ?? []);
  const rules = spec()['rules'] ?? [];
  expect(rules.slice(0, 4)).toEqual((shop['spec'] as { rules: unknown[] }).rules);
  expect(rules.slice(4)).toEqual([
    {
      matches: [
        {
          path: { type: 'PathPrefix', value: '/mixed' },
          headers: [{ name: 'X-Tester', type: 'Exact', value: 'yes' }],
        },
      ],
      filters: [{ type: 'RequestHeaderModifier', requestHeaderModifier: { set: [{ name: 'a', value: 'b' }] } }],
      backendRefs: [{ name: 'fraud-r2', port: 80, filters: [{ type: 'ExtensionRef' }] }],
    },
  ]);
});

test('one rule by its number stays the one, wherever somebody moves it meanwhile', async () => {
  await put(httpRouteKind, shop);
  const route = routeTraffic(httpRouteKind, { ...facts, adopted: { name: 'shop', rule: 2 } });
  await fence.patch(route, route.split(tenth) ?? []);
  await api.patch(httpRouteKind.resource, 'ml', 'shop', [
    { op: 'add', path: '/spec/rules/0', value: { backendRefs: [{ name: 'new', port: 80 }] } },
  ]);
  await fence.patch(route, route.split({ ...tenth, weight: 0.5 }) ?? []);
  expect(spec()['rules']?.[3]?.['backendRefs']).toEqual([
    { name: 'fraud', port: 80, weight: 500 },
    { name: 'fraud-r2', port: 80, weight: 500 },
  ]);
  await fence.patch(route, route.allTo('r1'));
  expect(spec()['rules']?.slice(1)).toEqual((shop['spec'] as { rules: unknown[] }).rules);
});

test('what somebody else changes meanwhile stays; what somebody took away is said', async () => {
  await put(httpRouteKind, shop);
  const route = routeTraffic(httpRouteKind, facts);
  await fence.patch(route, route.split(tenth) ?? []);
  await api.patch(httpRouteKind.resource, 'ml', 'shop', [
    { op: 'replace', path: '/spec/rules/1/backendRefs/2/weight', value: 100 },
    { op: 'add', path: '/spec/rules/1/timeouts', value: { request: '5s' } },
    { op: 'remove', path: '/spec/rules/2' },
  ]);
  await fence.patch(route, route.allTo('r1'));
  expect(spec()['rules']?.[1]).toMatchObject({
    timeouts: { request: '5s' },
    backendRefs: [
      { name: 'fraud', weight: 300 },
      { name: 'cart', weight: 100 },
    ],
  });
  await api.patch(httpRouteKind.resource, 'ml', 'shop', [{ op: 'remove', path: '/spec/rules/1' }]);
  await expect(fence.patch(route, route.split(tenth) ?? [])).rejects.toMatchObject({ code: 'rollout/adopted-route' });
});

test('a route that names the candidate alone goes back to the public Service', async () => {
  await put(httpRouteKind, { ...shop, spec: { rules: [{ backendRefs: [{ name: 'fraud-r2', port: 80 }] }] } });
  const route = routeTraffic(httpRouteKind, facts);
  await fence.patch(route, route.allTo('r1'));
  expect(spec()['rules']).toEqual([{ backendRefs: [{ name: 'fraud', port: 80, weight: 1 }] }]);
});

test('somebody else writes between our read and our write: the change is made anew from what is there then', async () => {
  await put(httpRouteKind, shop);
  const route = routeTraffic(httpRouteKind, facts);
  let written = false;
  transport.intercept = (request, objects) => {
    if (request.method !== 'PATCH' || written) return undefined;
    written = true;
    const [[key, object] = ['', shop]] = [...objects];
    const rules = [{ backendRefs: [{ name: 'first', port: 80 }] }, ...(spec()['rules'] ?? [])];
    const metadata = { ...object.metadata, generation: 2 };
    objects.set(key, { ...object, metadata, spec: { ...spec(), rules } });
    return undefined;
  };
  await fence.patch(route, route.split(tenth) ?? []);
  expect(spec()['rules']?.[0]).toEqual({ backendRefs: [{ name: 'first', port: 80 }] });
  expect(spec()['rules']?.[3]?.['backendRefs']).toMatchObject([{ weight: 900 }, { name: 'fraud-r2', weight: 100 }]);
});

test('an engine that was replaced changes nothing', async () => {
  await put(httpRouteKind, shop);
  const route = routeTraffic(httpRouteKind, facts);
  const stale = new Fence(api, 'ml', 2);
  await expect(stale.patch(route, route.split(tenth) ?? [])).rejects.toMatchObject({ code: 'rollout/superseded' });
  expect(spec()).toEqual(shop['spec']);
});

test('two models share a route: each has its own epoch and touches its own backends', async () => {
  await put(httpRouteKind, {
    ...shop,
    spec: {
      rules: [
        {
          backendRefs: [
            { name: 'fraud', port: 80, weight: 100 },
            { name: 'cart', port: 80, weight: 100 },
          ],
        },
      ],
    },
  });
  const fraud = routeTraffic(httpRouteKind, facts);
  const cart = routeTraffic(httpRouteKind, { ...facts, model: 'cart' });
  const other = new Fence(api, 'ml', 9);
  await fence.patch(fraud, fraud.split(tenth) ?? []);
  await other.patch(cart, cart.split({ ...tenth, weight: 0.5 }) ?? []);
  await fence.patch(fraud, fraud.split({ ...tenth, weight: 0.2 }) ?? []);
  expect(spec()['rules']?.[0]?.['backendRefs']).toEqual([
    { name: 'fraud', port: 80, weight: 80 },
    { name: 'fraud-r2', port: 80, weight: 20 },
    { name: 'cart', port: 80, weight: 50 },
    { name: 'cart-r2', port: 80, weight: 50 },
  ]);
  await fence.patch(fraud, fraud.allTo('r1'));
  await other.patch(cart, cart.allTo('r1'));
  expect(spec()['rules']?.[0]?.['backendRefs']).toMatchObject([
    { name: 'fraud', weight: 100 },
    { name: 'cart', weight: 100 },
  ]);
});

test('a rule that sends nothing to the model is left alone', () => {
  expect(adoptedRules(httpRouteKind, facts, shop)).toEqual([
    { ours: 300, others: 700 },
    { ours: 1, others: 0 },
  ]);
  expect(adoptedRules(httpRouteKind, { ...facts, adopted: { name: 'shop', rule: 0 } }, shop)).toEqual([]);
  expect(adoptedRules(virtualServiceKind, { ...facts, adopted: { name: 'shop', rule: 'fraud' } }, mesh)).toEqual([
    { ours: 100, others: 0 },
  ]);
});

test('a route of our own that lost its rules gets them again, and its testers’ rule goes', async () => {
  const own = { ...facts, adopted: null, header };
  const metadata = { name: 'fraud', namespace: 'ml', annotations: { 'mldeploy/epoch': '3' } };
  await put(virtualServiceKind, { ...mesh, metadata, spec: { hosts: ['fraud'] } });
  const route = routeTraffic(virtualServiceKind, own);
  await fence.patch(route, route.split({ ...tenth, weight: 0.025 }) ?? []);
  await fence.patch(route, route.split({ ...tenth, weight: 0.025 }) ?? []);
  expect(spec()['http']?.map((each) => each['route'])).toEqual([
    [{ destination: { host: 'fraud-r2', port: { number: 80 } }, weight: 1 }],
    [
      { destination: { host: 'fraud-r1', port: { number: 80 } }, weight: 975 },
      { destination: { host: 'fraud-r2', port: { number: 80 } }, weight: 25 },
    ],
  ]);
  await fence.patch(route, route.allTo('r1'));
  expect(spec()['http']).toEqual([
    { route: [{ destination: { host: 'fraud-r1', port: { number: 80 } }, weight: 100 }] },
  ]);
});
