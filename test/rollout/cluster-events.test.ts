import { expect, test } from 'vitest';
import type { KubeObject } from '../../src/kubernetes/api.ts';
import { kubeApi } from '../../src/kubernetes/kube-api.ts';
import { resources } from '../../src/kubernetes/resources.ts';
import { ClusterEvents } from '../../src/rollout/cluster-events.ts';
import { memoryCluster, ref } from './memory-cluster.ts';
import type { MemoryTransport } from './memory-transport.ts';
import { project } from './project.ts';

const path = '/apis/events.k8s.io/v1/namespaces/ml/events';
const candidate = { resource: resources.deployment, name: 'fraud-r2' };

interface Setting {
  readonly transport: MemoryTransport;
  readonly events: ClusterEvents;
  readonly failures: string[];
}

async function setting(): Promise<Setting> {
  const transport = await memoryCluster(project({ namespace: 'ml' }), () => ({}));
  const failures: string[] = [];
  return {
    transport,
    failures,
    events: new ClusterEvents(kubeApi(transport), ref, 'ci-7', (line) => failures.push(line)),
  };
}

const written = ({ objects }: MemoryTransport): KubeObject[] =>
  [...objects].filter(([key]) => key.startsWith(path)).map(([, each]) => each);

test('events are about the object, also when it is gone meanwhile, and about the state when there is none', async () => {
  const { transport, events } = await setting();
  events.emit('WeightChanged', 'Step 1: the candidate gets 10 % of the traffic.');
  events.emit('CandidateReady', 'r2 is ready and warm.', candidate);
  await events.flush();
  transport.objects.delete('/apis/apps/v1/namespaces/ml/deployments/fraud-r2');
  events.emit('Promoted', 'r2 was promoted.', candidate);
  events.emit('RolledBack', 'ä'.repeat(2000), { resource: resources.deployment, name: 'fraud-r9' });
  await events.flush();
  expect(written(transport).map((each) => [each['reason'], each['type'], nameOf(each)])).toEqual([
    ['WeightChanged', 'Normal', 'Service fraud'],
    ['CandidateReady', 'Normal', 'Deployment fraud-r2'],
    ['Promoted', 'Normal', 'Deployment fraud-r2'],
    ['RolledBack', 'Warning', 'ConfigMap mldeploy-fraud'],
  ]);
  for (const each of written(transport)) {
    expect(Buffer.byteLength(each['note'] as string)).toBeLessThanOrEqual(1024);
    expect(each['note']).not.toContain('\uFFFD');
    expect(each['eventTime']).toMatch(/\.\d{6}Z$/);
  }
});

test('a missing right is told once, and nothing more is tried', async () => {
  const { transport, events, failures } = await setting();
  let tried = 0;
  transport.intercept = ({ method }) => {
    if (method !== 'POST') return undefined;
    tried++;
    return { status: 403, body: '{}', headers: {} };
  };
  events.emit('WeightChanged', 'one');
  events.emit('WeightChanged', 'two');
  await events.flush();
  expect(tried).toBe(1);
  expect(failures).toEqual([
    'No more Kubernetes Events are written: this account may not create events.events.k8s.io.',
  ]);
});

test('an API server that is away is not waited for', async () => {
  const { transport, events, failures } = await setting();
  transport.intercept = () => {
    throw new Error('connection refused');
  };
  expect(() => events.emit('WeightChanged', 'one')).not.toThrow();
  await events.flush();
  expect(failures).toHaveLength(1);
});

function nameOf(event: KubeObject): string {
  const { kind, name } = event['regarding'] as { kind: string; name: string };
  return `${kind} ${name}`;
}
