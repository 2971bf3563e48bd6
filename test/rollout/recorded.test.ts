import { beforeEach, expect, test } from 'vitest';
import { kubeApi } from '../../src/kubernetes/kube-api.ts';
import { silentReporter } from '../../src/pipeline/reporter.ts';
import { rollback } from '../../src/rollout/commands/rollback.ts';
import { recordedService, serviceRecord } from '../../src/rollout/recorded.ts';
import { memoryCluster, ref } from './memory-cluster.ts';
import type { MemoryTransport } from './memory-transport.ts';
import { project } from './project.ts';

// Somebody deleted the public Service in the middle of a canary, and the engine is dead.

const path = '/api/v1/namespaces/ml/services/fraud';
const service = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: {
    name: 'fraud',
    namespace: 'ml',
    labels: { app: 'fraud', team: 'risk', 'app.kubernetes.io/managed-by': 'ml-deploy' },
    annotations: { 'mldeploy/epoch': '4', 'mldeploy/engine': 'x', 'cloud.test/internal': 'true' },
  },
  spec: {
    type: 'LoadBalancer',
    clusterIP: '10.0.0.7',
    clusterIPs: ['10.0.0.7'],
    healthCheckNodePort: 31_000,
    selector: { app: 'fraud', canary: 'on' },
    ports: [{ name: 'http', port: 80, targetPort: 8000, nodePort: 30_080 }],
  },
};
let transport: MemoryTransport;

beforeEach(async () => {
  transport = await memoryCluster(project({ namespace: 'ml' }), (revision) => ({
    phase: 'running',
    progress: 'shifting',
    weight: 0.5,
    candidate: revision('r2'),
    service: serviceRecord(service),
  }));
  transport.objects.delete(path);
});

const made = (): unknown => transport.objects.get(path);

test('a rollback makes it again as it was, with its address, for the stable revision', async () => {
  const { summary } = await rollback(ref, kubeApi(transport), silentReporter);
  expect(summary).toBe('r1 serves all traffic of fraud.');
  expect(made()).toMatchObject({
    metadata: {
      labels: { team: 'risk', 'app.kubernetes.io/managed-by': 'ml-deploy' },
      annotations: { 'mldeploy/epoch': '5', 'cloud.test/internal': 'true' },
    },
    spec: {
      type: 'LoadBalancer',
      clusterIP: '10.0.0.7',
      selector: { app: 'fraud', revision: 'r1' },
      ports: [{ name: 'http', port: 80, targetPort: 8000 }],
    },
  });
  expect(JSON.stringify(made())).not.toMatch(/nodePort|healthCheckNodePort|canary|mldeploy\/engine/);
});

test('its address was given away: another one', async () => {
  transport.intercept = ({ method, body }) =>
    method === 'POST' && (body ?? '').includes('clusterIP')
      ? { status: 422, body: JSON.stringify({ message: 'provided IP is already allocated' }), headers: {} }
      : undefined;
  const { summary } = await rollback(ref, kubeApi(transport), silentReporter);
  expect(summary).toBe('r1 serves all traffic of fraud.');
  expect(made()).toMatchObject({ spec: { type: 'LoadBalancer', selector: { app: 'fraud', revision: 'r1' } } });
  expect(JSON.stringify(made())).not.toContain('10.0.0.7');
});

test('without the right to create one, what is missing is said', async () => {
  transport.intercept = ({ method, path: where }) =>
    method === 'POST' && where.includes('/services')
      ? { status: 403, body: JSON.stringify({ message: 'no' }), headers: {} }
      : undefined;
  const { summary } = await rollback(ref, kubeApi(transport), silentReporter);
  expect(summary).toMatch(/r1 is stable again, but Service fraud does not exist/);
});

test('a Service that is ending is no Service', async () => {
  transport.objects.set(path, {
    ...service,
    metadata: { ...service.metadata, deletionTimestamp: '2026-01-01T00:00:00Z', resourceVersion: '1' },
  });
  const { summary } = await rollback(ref, kubeApi(transport), silentReporter);
  expect(summary).toMatch(/Service fraud does not exist/);
});

test('there is nothing to remember of a Service that is not there', () => {
  expect(serviceRecord(null)).toBeNull();
  const headless = { labels: {}, annotations: {}, spec: { clusterIP: 'None' } };
  const at = { model: 'fraud', namespace: 'ml', epoch: 2, revision: 'r1', address: true };
  expect(recordedService(headless, at)['spec']).toMatchObject({ clusterIP: 'None', ports: [] });
});
