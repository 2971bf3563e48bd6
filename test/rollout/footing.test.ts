import { expect, test } from 'vitest';
import { kubeApi } from '../../src/kubernetes/kube-api.ts';
import { type Reporter, silentReporter } from '../../src/pipeline/reporter.ts';
import { rollback } from '../../src/rollout/commands/rollback.ts';
import { isFirm } from '../../src/rollout/footing.ts';
import type { MemoryTransport } from './memory-transport.ts';
import { memoryCluster, ref } from './memory-cluster.ts';
import { project } from './project.ts';

test('traffic goes back at once to half of the pods, or when the candidate serves nobody', () => {
  const full = { gone: false, full: 4, wanted: 4, serving: 1, weight: 0.75 };
  expect(isFirm({ ...full, ready: 4 })).toBe(true);
  expect(isFirm({ ...full, ready: 2 })).toBe(true);
  expect(isFirm({ ...full, ready: 1 })).toBe(false);
  expect(isFirm({ ...full, ready: 0, serving: 0 })).toBe(true);
});

test('traffic goes back at once where a small share is all that comes back', () => {
  const weak = { gone: false, full: 8, wanted: 8, ready: 2, serving: 2 };
  expect(isFirm({ ...weak, weight: 0.1 })).toBe(true);
  expect(isFirm({ ...weak, weight: 0.5 })).toBe(true);
  expect(isFirm({ ...weak, weight: 0.6 })).toBe(false);
  // Twice as many candidate pods behind one Service have two thirds of the connections.
  expect(isFirm({ ...weak, weight: 0.1, serving: 4 })).toBe(false);
  expect(isFirm({ ...weak, weight: 0.1, ready: 0 })).toBe(false);
});

const deployment = (name: string): string => `/apis/apps/v1/namespaces/ml/deployments/fraud-${name}`;

/** r2 has half of the traffic and two ready pods; somebody shrank r1 to nothing. */
async function shrunk(): Promise<MemoryTransport> {
  const transport = await memoryCluster(project({ namespace: 'ml' }), (revision) => ({
    phase: 'running',
    progress: 'shifting',
    weight: 0.5,
    candidate: revision('r2'),
  }));
  size(transport, 'r1', 0, 0);
  size(transport, 'r2', 2, 2);
  return transport;
}

function size(transport: MemoryTransport, name: string, replicas: number, ready: number): void {
  const object = transport.objects.get(deployment(name));
  if (object === undefined) throw new Error(`no ${name}`);
  transport.objects.set(deployment(name), { ...object, spec: { replicas }, status: { readyReplicas: ready } });
}

test('a shrunk stable revision is brought back before a rollback moves the traffic', async () => {
  const transport = await shrunk();
  const order: string[] = [];
  transport.intercept = ({ method, path, body }) => {
    if (method !== 'PATCH') return undefined;
    if (path.startsWith(deployment('r1')) && (body ?? '').includes('/spec/replicas')) {
      order.push('scaled');
      setTimeout(() => size(transport, 'r1', 2, 1), 100);
    }
    if (path.startsWith('/api/v1/namespaces/ml/services/fraud?') || path === '/api/v1/namespaces/ml/services/fraud')
      if ((body ?? '').includes('/spec/selector')) order.push('traffic');
    return undefined;
  };
  const report = await rollback(ref, kubeApi(transport), silentReporter);
  expect(report).toMatchObject({ changed: true, stable: 'r1' });
  expect(order.slice(0, 2)).toEqual(['scaled', 'traffic']);
});

/** As a rollout records the stable revision when it begins. */
const template = { metadata: { labels: { app: 'fraud', revision: 'r1' } }, spec: { containers: [{ image: 'one' }] } };

test('a deleted stable revision is made again from its record before a rollback moves the traffic', async () => {
  const transport = await memoryCluster(project({ namespace: 'ml' }), (revision) => ({
    phase: 'running',
    progress: 'shifting',
    weight: 0.5,
    candidate: revision('r2'),
    records: [{ revision: revision('r1'), spec: { replicas: 1, template } }],
  }));
  size(transport, 'r2', 2, 2);
  transport.objects.delete(deployment('r1'));
  const order: string[] = [];
  transport.intercept = ({ method, path, body }) => {
    if (method === 'POST' && /\/deployments(\?|$)/.test(path)) {
      order.push('made');
      setTimeout(() => size(transport, 'r1', 2, 1), 100);
    }
    if (method === 'PATCH' && path.includes('/services/fraud') && (body ?? '').includes('/spec/selector'))
      order.push('traffic');
    return undefined;
  };
  expect(await rollback(ref, kubeApi(transport), silentReporter)).toMatchObject({ changed: true, stable: 'r1' });
  expect(order.slice(0, 2)).toEqual(['made', 'traffic']);
  expect(transport.objects.get(deployment('r1'))).toMatchObject({
    metadata: { labels: { app: 'fraud', revision: 'r1' }, annotations: { 'mldeploy/epoch': '5' } },
  });
});

/** With what people were told to be waited for. */
async function rolledBack(transport: MemoryTransport) {
  const waited: string[] = [];
  const note: Reporter['note'] = (level, message) => {
    if (level === 'warning') waited.push(message);
  };
  return { ...(await rollback(ref, kubeApi(transport), { ...silentReporter, note })), waited };
}

test('a shrunk stable revision is waited for, and that is told', async () => {
  const transport = await shrunk();
  transport.intercept = ({ method, path }) => {
    if (method === 'PATCH' && path.startsWith(deployment('r1'))) setTimeout(() => size(transport, 'r1', 2, 1), 100);
    return undefined;
  };
  const { waited } = await rolledBack(transport);
  expect(waited).toEqual([expect.stringContaining('r1 has 0 of 2 pods ready: it gets the traffic back when')]);
});

test('a deleted stable revision without a record is not waited for when the candidate serves nobody either', async () => {
  const transport = await shrunk();
  size(transport, 'r2', 2, 0);
  transport.objects.delete(deployment('r1'));
  expect(await rolledBack(transport)).toMatchObject({ changed: true, waited: [] });
});

test('a candidate without a ready pod is left at once, whatever the stable revision has', async () => {
  const transport = await shrunk();
  size(transport, 'r2', 2, 0);
  expect(await rolledBack(transport)).toMatchObject({ changed: true, waited: [] });
});
