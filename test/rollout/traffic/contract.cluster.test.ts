import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Config } from '../../../src/config/config.ts';
import type { JsonPatch, KubeApi, KubeObject } from '../../../src/kubernetes/api.ts';
import { revisionService } from '../../../src/kubernetes/objects/service.ts';
import { resources } from '../../../src/kubernetes/resources.ts';
import { Fence } from '../../../src/rollout/fence.ts';
import type { Plan } from '../../../src/rollout/plan.ts';
import { restoreTraffic } from '../../../src/rollout/restore.ts';
import { connectTo } from '../../../src/rollout/stage.ts';
import type { RolloutState } from '../../../src/rollout/state.ts';
import { takeOver } from '../../../src/rollout/takeover.ts';
import { createTraffic } from '../../../src/rollout/traffic/create.ts';
import { factsOf, providerFor } from '../../../src/rollout/traffic/index.ts';
import type { Split, TrafficObject, TrafficProvider } from '../../../src/rollout/traffic/provider.ts';
import { ensureCluster } from '../../cluster/cluster.ts';
import type { Cluster, TestNamespace } from '../../cluster/cluster.ts';
import { until } from '../../cluster/poll.ts';
import { accessTo, project } from '../project.ts';
import { variants } from './variants.ts';
import type { Variant } from './variants.ts';

// The same promises of every provider, on a real API server. No pods: whether a gateway obeys is in gateway.cluster.test.ts.

let cluster: Cluster;
let api: KubeApi;
let parent: { name: string; namespace: string };

beforeAll(async () => {
  cluster = await ensureCluster({ components: ['traefik', 'istio-crds'] });
  api = await connectTo(accessTo(cluster));
  const facts = cluster.addons['traefik'];
  parent = { name: String(facts?.['gateway']), namespace: String(facts?.['namespace']) };
});

afterAll(() => api.close());

// Names of the Gateway that the add-on makes; tests are collected before it runs.
const table = Object.entries(variants('name: public, namespace: gateway'));

describe.each(table)('%s', (_, variant: Variant) => {
  let space: TestNamespace;
  let config: Config;
  let provider: TrafficProvider;
  let fence: Fence;
  const tenth: Split = { stable: 'r1', candidate: 'r2', weight: 0.1 };
  const patches: { readonly name: string; readonly patch: JsonPatch }[] = [];
  const recorded = (): KubeApi => ({
    ...api,
    requests: 0,
    patch: (resource, namespace, name, patch, subresource) => {
      patches.push({ name, patch });
      return api.patch(resource, namespace, name, patch, subresource);
    },
  });

  const objects = (): readonly TrafficObject[] => provider.objects(factsOf(config));
  const front = (): TrafficObject => {
    const [first] = objects();
    if (first === undefined) throw new Error('a provider without traffic objects');
    return first;
  };
  const there = (): Promise<KubeObject> => api.get(front().resource, space.name, front().name);
  const takeOverAs = (restoreTo: string | null): Promise<Fence> =>
    takeOver(recorded(), {
      namespace: space.name,
      knownEpoch: 0,
      traffic: objects(),
      restoreTo,
      others: [],
      engine: randomUUID(),
    });
  const write = async (by: Fence, split: Split): Promise<void> => {
    for (const object of objects()) {
      const change = object.split(split);
      if (change !== null) await by.patch(object, change);
    }
  };
  const missing = (written: Split | string, addresses: readonly string[] = []): Promise<string | null> =>
    provider.missing(api, factsOf(config), { addresses, written });
  const create = (): Promise<void> => createTraffic({ api, config, fence, plan: { provider } as Plan }, 'r1');

  beforeAll(async () => {
    space = await cluster.namespace('contract');
    config = project({ namespace: space.name, rollout: variant.rollout });
    provider = providerFor(config.rollout);
    const revisions = ['r1', 'r2'].map((each) => revisionService(config, each, 1));
    for (const object of revisions) await api.create(resources.service, object);
    const [cart] = revisions;
    await api.create(resources.service, {
      ...structuredClone(cart),
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'cart', namespace: space.name },
    });
    if (variant.foreign !== undefined) await cluster.apply(variant.foreign(space.name, parent));
    fence = await takeOverAs(null);
  });

  afterAll(() => space[Symbol.asyncDispose]());

  test('is created once', async () => {
    await create();
    await fence.patch(front(), front().allTo('r1'));
    const first = await there();
    await create();
    const second = await there();
    expect(second.metadata.uid).toBe(first.metadata.uid);
    expect(second['spec']).toEqual(first['spec']);
    await api.patch(front().resource, space.name, front().name, variant.touch);
    expect(variant.read(await there())).toEqual(variant.rest);
  });

  test('a weight is written, and believed when it is seen', async () => {
    await write(fence, tenth);
    expect(variant.read(await there())).toEqual(variant.tenth);
    await until('it is in force', async () => (await missing(tenth)) === null, {
      hint: async () => (await missing(tenth)) ?? '',
    });
    expect(await missing({ ...tenth, weight: 0.2 }, ['198.18.99.1'])).not.toBeNull();
    // A pod that gets traffic and should not, or the other way round.
    expect(await missing(tenth, ['198.18.99.1'])).toMatch(/Service fraud: .*not endpoints yet/);
  });

  test('what somebody else makes of the weights is not believed', async () => {
    await api.patch(front().resource, space.name, front().name, variant.meddle);
    // A Service without pods has the same endpoints under any selector.
    if (provider.name !== 'replicas') expect(await missing(tenth)).toMatch(/has the backends .*, not /);
    await write(fence, tenth);
    expect(variant.read(await there())).toEqual(variant.tenth);
  });

  test('an engine that was replaced changes nothing', async () => {
    const stale = fence;
    fence = await takeOverAs(null);
    expect(fence.epoch).toBe(stale.epoch + 1);
    const before = await there();
    await expect(write(stale, { ...tenth, weight: 0.5 })).rejects.toMatchObject({ code: 'rollout/superseded' });
    await expect(stale.patch(front(), front().allTo('r2'))).rejects.toMatchObject({ code: 'rollout/superseded' });
    expect((await there()).metadata.resourceVersion).toBe(before.metadata.resourceVersion);
  });

  test('a takeover restores from every state, in the very write that raises the epoch', async () => {
    const states: readonly (() => Promise<unknown>)[] = [
      () => write(fence, tenth),
      () => write(fence, { ...tenth, weight: 0.5 }),
      () => write(fence, { ...tenth, weight: 0 }),
      () => fence.patch(front(), front().allTo('r2')),
      () => Promise.resolve(),
    ];
    for (const reach of states) {
      await reach();
      patches.length = 0;
      fence = await takeOverAs('r1');
      const [first] = patches;
      expect(first?.name).toBe(front().name);
      expect(patches).toHaveLength(objects().length);
      expect(JSON.stringify(first?.patch)).toContain(`"${fence.epoch}"`);
      expect(variant.read(await there())).toEqual(variant.rest);
    }
  });

  test('what others wrote is still there, and in the end nothing of ours is', async () => {
    const object = await there();
    for (const { path, ...operation } of variant.touch) {
      const value = path
        .slice(1)
        .split('/')
        .reduce<unknown>((node, key) => (node as Record<string, unknown>)[key], object);
      const { value: written } = operation as { value: object | string };
      if (typeof written === 'string') expect(value).toBe(written);
      else expect(value).toMatchObject(written);
    }
    const state = { ...factsOf(config), provider: provider.name, stable: null } as unknown as RolloutState;
    await restoreTraffic(fence, state);
    const left = await Promise.all(objects().map((each) => api.find(each.resource, space.name, each.name)));
    if (variant.foreign === undefined) expect(left).toEqual(objects().map(() => null));
    else expect(left).toMatchObject([{ spec: object['spec'], metadata: { labels: { team: 'shop' } } }, null]);
  });
});

test('an HTTPRoute that no gateway looked at is not believed', async () => {
  await using space = await cluster.namespace('contract');
  const config = project({ namespace: space.name, rollout: { gateway: '{name: nobody}' } });
  const provider = providerFor(config.rollout);
  const fence = new Fence(api, space.name, 1);
  await createTraffic({ api, config, fence, plan: { provider } as Plan }, 'r1');
  const [route] = provider.objects(factsOf(config));
  if (route === undefined) throw new Error('no route');
  await fence.patch(route, route.allTo('r1'));
  const seen = await provider.missing(api, factsOf(config), { addresses: [], written: 'r1' });
  expect(seen).toMatch(/no gateway has looked at HTTPRoute fraud yet/);
});
