import { beforeEach, describe, expect, test } from 'vitest';
import type { KubeApi, KubeObject } from '../../src/kubernetes/api.ts';
import { kubeApi } from '../../src/kubernetes/kube-api.ts';
import { resources } from '../../src/kubernetes/resources.ts';
import { Fence } from '../../src/rollout/fence.ts';
import { takeOver } from '../../src/rollout/takeover.ts';
import { replicasProvider } from '../../src/rollout/traffic/replicas.ts';
import { MemoryTransport } from './memory-transport.ts';

let transport: MemoryTransport;
let api: KubeApi;

beforeEach(() => {
  transport = new MemoryTransport();
  api = kubeApi(transport);
});

const facts = { model: 'fraud', namespace: 'ml', port: 80 };
const traffic = replicasProvider.objects(facts);
const deployment = { resource: resources.deployment, name: 'fraud-r2' };

async function given(epoch: string | null): Promise<void> {
  const annotations = epoch === null ? {} : { annotations: { 'mldeploy/epoch': epoch } };
  const common = { namespace: 'ml', ...annotations };
  await api.create(resources.service, {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'fraud', ...common },
    spec: { selector: { app: 'fraud', canary: 'on' } },
  });
  await api.create(resources.deployment, {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'fraud-r2', ...common },
    spec: { replicas: 1 },
  });
}

const service = (): KubeObject | undefined => transport.objects.get('/api/v1/namespaces/ml/services/fraud');
const selector = (): unknown => (service()?.['spec'] as { selector: unknown }).selector;
const options = { namespace: 'ml', knownEpoch: 3, traffic, restoreTo: 'r1', others: [deployment], engine: 'me' };

describe('takeover', () => {
  test('raises the epoch and restores the traffic in one patch, on the traffic object first', async () => {
    await given('3');
    transport.writes.length = 0;
    const fence = await takeOver(api, options);
    expect(fence.epoch).toBe(4);
    expect(selector()).toEqual({ app: 'fraud', revision: 'r1' });
    expect(transport.writes).toEqual([
      'patch /api/v1/namespaces/ml/services/fraud',
      'patch /apis/apps/v1/namespaces/ml/deployments/fraud-r2',
    ]);
  });

  test('the epoch is above every epoch seen anywhere', async () => {
    await given('9');
    expect((await takeOver(api, options)).epoch).toBe(10);
  });

  test('an object without an epoch is claimed too', async () => {
    await given(null);
    expect((await takeOver(api, options)).epoch).toBe(4);
    expect(service()?.metadata.annotations?.['mldeploy/epoch']).toBe('4');
  });

  test('of two engines at the same moment one wins and the other writes nothing more', async () => {
    await given('3');
    const results = await Promise.allSettled([takeOver(api, options), takeOver(api, { ...options, engine: 'other' })]);
    expect(results.map((each) => each.status).sort()).toEqual(['fulfilled', 'rejected']);
    const lost = results.find((each) => each.status === 'rejected');
    expect(lost?.reason).toMatchObject({ code: 'rollout/superseded' });
  });

  test('a patch whose reply was lost is recognised as its own', async () => {
    await given('3');
    const send = transport.send.bind(transport);
    let lost = false;
    transport.send = async (request) => {
      const reply = await send(request);
      if (request.method !== 'PATCH' || lost) return reply;
      lost = true;
      return { status: 503, body: '', headers: {} };
    };
    expect((await takeOver(api, options)).epoch).toBe(4);
  });
});

describe('fence', () => {
  test('a stale engine can neither patch nor delete nor create over the new one', async () => {
    await given('3');
    const stale = new Fence(api, 'ml', 3);
    await takeOver(api, options);
    const before = JSON.stringify([...transport.objects]);
    const patch = [{ op: 'replace', path: '/spec/replicas', value: 5 }] as const;
    await expect(stale.patch(deployment, patch)).rejects.toMatchObject({ code: 'rollout/superseded' });
    await expect(stale.delete(deployment)).rejects.toMatchObject({ code: 'rollout/superseded' });
    const object = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'fraud-r2', namespace: 'ml' } };
    await expect(stale.create(resources.deployment, object)).rejects.toMatchObject({ code: 'rollout/superseded' });
    expect(JSON.stringify([...transport.objects])).toBe(before);
  });

  test('a takeover between reading and deleting stops the deletion', async () => {
    await given('3');
    const stale = new Fence(api, 'ml', 3);
    transport.intercept = (request, objects) => {
      if (request.method !== 'DELETE') return undefined;
      const path = '/apis/apps/v1/namespaces/ml/deployments/fraud-r2';
      const there = objects.get(path);
      if (there !== undefined) {
        const metadata = { ...there.metadata, resourceVersion: '999', annotations: { 'mldeploy/epoch': '4' } };
        objects.set(path, { ...there, metadata });
      }
      return undefined;
    };
    await expect(stale.delete(deployment)).rejects.toMatchObject({ code: 'rollout/superseded' });
    expect(transport.objects.has('/apis/apps/v1/namespaces/ml/deployments/fraud-r2')).toBe(true);
  });

  test('an object that lost its epoch, or has a lower one, is claimed and written', async () => {
    for (const epoch of [null, '2']) {
      transport.objects.clear();
      await given(epoch);
      const fence = new Fence(api, 'ml', 3);
      expect(await fence.patch(deployment, [{ op: 'replace', path: '/spec/replicas', value: 5 }])).not.toBeNull();
      expect(transport.objects.get('/apis/apps/v1/namespaces/ml/deployments/fraud-r2')).toMatchObject({
        metadata: { annotations: { 'mldeploy/epoch': '3' } },
        spec: { replicas: 5 },
      });
    }
  });

  test('what an engine before left is claimed by create and removed by delete', async () => {
    await given('2');
    const fence = new Fence(api, 'ml', 3);
    const object = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'fraud-r2', namespace: 'ml' } };
    await fence.create(resources.deployment, object);
    const path = '/apis/apps/v1/namespaces/ml/deployments/fraud-r2';
    expect(transport.objects.get(path)?.metadata.annotations?.['mldeploy/epoch']).toBe('3');
    await expect(new Fence(api, 'ml', 2).delete(deployment)).rejects.toMatchObject({ code: 'rollout/superseded' });
    expect(await new Fence(api, 'ml', 4).delete(deployment)).toBe(true);
    expect(transport.objects.has(path)).toBe(false);
  });

  test('an object of another model of that name is not taken for ours', async () => {
    // The public Service of the model fraud-r2, where the revision r2 of the model fraud needs one.
    const service = (app: string, epoch: string) => ({
      apiVersion: 'v1',
      kind: 'Service',
      metadata: {
        name: 'fraud-r2',
        namespace: 'ml',
        labels: { app, 'app.kubernetes.io/managed-by': 'ml-deploy' },
        annotations: { 'mldeploy/epoch': epoch },
      },
    });
    await api.create(resources.service, service('fraud-r2', '1'));
    const before = JSON.stringify([...transport.objects]);
    await expect(new Fence(api, 'ml', 3).create(resources.service, service('fraud', '3'))).rejects.toMatchObject({
      code: 'rollout/foreign-object',
    });
    expect(JSON.stringify([...transport.objects])).toBe(before);
  });

  test('an object of somebody else is neither taken for ours nor deleted', async () => {
    await given(null);
    const fence = new Fence(api, 'ml', 3);
    const object = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'fraud-r2', namespace: 'ml' } };
    await expect(fence.create(resources.deployment, object)).rejects.toMatchObject({ code: 'rollout/foreign-object' });
    expect(await fence.delete(deployment)).toBe(false);
    expect(transport.objects.has('/apis/apps/v1/namespaces/ml/deployments/fraud-r2')).toBe(true);
  });

  test('what is gone already is no error', async () => {
    const fence = new Fence(api, 'ml', 1);
    expect(await fence.delete(deployment)).toBe(false);
    expect(await fence.patch(deployment, [])).toBeNull();
  });
});
