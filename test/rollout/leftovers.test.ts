import { expect, test } from 'vitest';
import { kubeApi } from '../../src/kubernetes/kube-api.ts';
import { leaseObject } from '../../src/kubernetes/objects/lease.ts';
import { Fence } from '../../src/rollout/fence.ts';
import { EngineLease, leaseRef } from '../../src/rollout/lease.ts';
import { StateStore } from '../../src/rollout/state.ts';
import { claimed, survey } from '../../src/rollout/survey.ts';
import { dismissWatchdogs } from '../../src/rollout/watchdog/launch.ts';
import { watch } from '../../src/rollout/watchdog/watch.ts';
import { memoryCluster, ref } from './memory-cluster.ts';
import { MemoryTransport } from './memory-transport.ts';
import { project } from './project.ts';

test('the Service of a candidate whose Deployment is gone is claimed too', async () => {
  const transport = await memoryCluster(project({ namespace: 'ml' }), (revision) => ({
    phase: 'abandoned',
    candidate: revision('r2'),
  }));
  transport.objects.delete('/apis/apps/v1/namespaces/ml/deployments/fraud-r2');
  const names = claimed(await survey(kubeApi(transport), ref)).map(({ resource, name }) => `${resource.kind} ${name}`);
  expect(names).toContain('Service fraud-r2');
  expect(new Set(names).size).toBe(names.length);
});

test('taking the Lease survives a lost reply', async () => {
  const transport = new MemoryTransport();
  const api = kubeApi(transport);
  const options = { holder: 'me', durationMs: 1000 };
  await EngineLease.acquire(api, ref, new Fence(api, 'ml', 1), options);
  const send = transport.send.bind(transport);
  let lost = false;
  transport.send = async (request) => {
    const reply = await send(request);
    if (request.method !== 'PUT' || lost) return reply;
    lost = true;
    return { status: 503, body: '', headers: {} };
  };
  await EngineLease.acquire(api, ref, new Fence(api, 'ml', 2), options);
  expect(lost).toBe(true);
  const lease = await api.get(leaseRef('fraud').resource, 'ml', leaseRef('fraud').name);
  expect(lease.metadata.annotations?.['mldeploy/epoch']).toBe('2');
});

test('watchdogs of engines that died go with the last one; one of a later epoch stays', async () => {
  const transport = new MemoryTransport();
  const api = kubeApi(transport);
  const job = (epoch: number): string => `/apis/batch/v1/namespaces/ml/jobs/mldeploy-fraud-watchdog-${epoch}`;
  for (const epoch of [2, 4, 11]) {
    const metadata = { name: `mldeploy-fraud-watchdog-${epoch}`, namespace: 'ml' };
    transport.objects.set(job(epoch), { apiVersion: 'batch/v1', kind: 'Job', metadata });
  }
  await dismissWatchdogs(api, ref, 4);
  expect([...transport.objects.keys()]).toEqual([job(11)]);
});

test('without the right to list Jobs the watchdog of this epoch goes all the same', async () => {
  const transport = new MemoryTransport();
  const api = kubeApi(transport);
  const path = '/apis/batch/v1/namespaces/ml/jobs/mldeploy-fraud-watchdog-4';
  transport.objects.set(path, {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name: 'mldeploy-fraud-watchdog-4', namespace: 'ml' },
  });
  transport.intercept = (request) =>
    request.method === 'GET' ? { status: 403, body: JSON.stringify({ message: 'no' }), headers: {} } : undefined;
  await dismissWatchdogs(api, ref, 4);
  expect(transport.objects.size).toBe(0);
});

test('the watchdog removes the Lease of an engine that died right after it had written the end', async () => {
  const transport = await memoryCluster(project({ namespace: 'ml' }), () => ({ phase: 'done' }));
  const api = kubeApi(transport);
  const lease = leaseRef('fraud');
  const object = leaseObject('fraud', 'ml', { holder: 'me', durationMs: 1000, epoch: 4, now: new Date() });
  await api.create(lease.resource, object);
  const signal = new AbortController().signal;
  const end = await watch(api, { ...ref, epoch: 4, leaseMs: 1000, signal, log: () => undefined });
  expect(end).toBe('rollout is over');
  expect(await api.find(lease.resource, 'ml', lease.name)).toBeNull();
});

test('a watchdog whose pod was replaced in the middle of a restoration finishes it', async () => {
  const transport = await memoryCluster(project({ namespace: 'ml' }), (revision) => ({
    phase: 'running',
    progress: 'shifting',
    weight: 0.3,
    candidate: revision('r2'),
  }));
  const api = kubeApi(transport);
  const lease = leaseRef('fraud');
  // The pod before it raised the epoch of the Lease and was evicted; the state still names epoch 4.
  await api.create(
    lease.resource,
    leaseObject('fraud', 'ml', { holder: 'me', durationMs: 1000, epoch: 5, now: new Date() }),
  );
  const signal = new AbortController().signal;
  const end = await watch(api, { ...ref, epoch: 4, leaseMs: 1000, signal, log: () => undefined });
  expect(end).toBe('restored the stable revision');
  expect((await StateStore.load(api, ref)).state).toMatchObject({ phase: 'abandoned', weight: 0 });
});
