import { expect, test } from 'vitest';
import type { KubeObject } from '../../src/kubernetes/api.ts';
import { kubeApi } from '../../src/kubernetes/kube-api.ts';
import { silentReporter } from '../../src/pipeline/reporter.ts';
import { refuseUncounted } from '../../src/rollout/adopted.ts';
import { adopt } from '../../src/rollout/commands/adopt.ts';
import { planRollout } from '../../src/rollout/plan.ts';
import { survey } from '../../src/rollout/survey.ts';
import { fastapi } from '../../src/server/fastapi/index.ts';
import { image, ref } from './memory-cluster.ts';
import { MemoryTransport } from './memory-transport.ts';
import { project } from './project.ts';

const config = project({ namespace: 'ml' });
const apps = '/apis/apps/v1/namespaces/ml';
const core = '/api/v1/namespaces/ml';
const podLabels = { tier: 'web' };

/** A Deployment with one pod, and the Service in front of it, as people write them. */
function handmade(targetPort: number | string = 'http'): MemoryTransport {
  const transport = new MemoryTransport();
  const put = (collection: string, apiVersion: string, kind: string, name: string, rest: object): void => {
    const metadata = { name, namespace: 'ml', uid: name, resourceVersion: '1', labels: { ...podLabels } };
    transport.objects.set(`${collection}/${name}`, { apiVersion, kind, metadata, ...rest });
  };
  const template = { metadata: { labels: podLabels }, spec: { containers: [{ image }] } };
  put(`${apps}/deployments`, 'apps/v1', 'Deployment', 'web', {
    spec: { replicas: 1, selector: { matchLabels: podLabels }, template },
    status: { replicas: 1, updatedReplicas: 1 },
  });
  put(`${core}/services`, 'v1', 'Service', 'fraud', {
    spec: { type: 'NodePort', selector: podLabels, ports: [{ port: 80, targetPort, nodePort: 30080 }] },
  });
  put(`${core}/pods`, 'v1', 'Pod', 'web-1', { status: { conditions: [{ type: 'Ready', status: 'True' }] } });
  return transport;
}

const run = (transport: MemoryTransport): ReturnType<typeof adopt> =>
  adopt(ref, 'web', kubeApi(transport), silentReporter);

test('revision 0 has a Service of its own, for a gateway', async () => {
  const transport = handmade();
  await run(transport);
  expect(transport.objects.get(`${core}/services/fraud-r0`)).toMatchObject({
    metadata: { labels: { revision: 'r0', 'app.kubernetes.io/managed-by': 'ml-deploy' } },
    spec: { type: 'ClusterIP', selector: { app: 'fraud', revision: 'r0' }, ports: [{ port: 80, targetPort: 'http' }] },
  });
  expect(JSON.stringify(transport.objects.get(`${core}/services/fraud-r0`))).not.toContain('nodePort');
});

test('a label of the pods that others may select is never overwritten', async () => {
  const transport = handmade();
  const path = `${apps}/deployments/web`;
  const there = transport.objects.get(path) as KubeObject;
  const template = { metadata: { labels: { ...podLabels, app: 'shop' } }, spec: { containers: [{ image }] } };
  transport.objects.set(path, { ...there, spec: { ...(there['spec'] as object), template } });
  await expect(run(transport)).rejects.toMatchObject({ code: 'rollout/cannot-adopt' });
  expect(transport.writes).toEqual([]);
});

test('an adoption that was killed half-way is finished by the next', async () => {
  const transport = handmade();
  transport.intercept = ({ method, path }) => {
    if (method === 'PATCH' && path.includes('/pods/')) throw new Error('killed');
    return undefined;
  };
  await expect(run(transport)).rejects.toThrow('killed');
  const path = `${apps}/deployments/web`;
  const half = transport.objects.get(path) as KubeObject;
  expect(half['spec']).toMatchObject({ paused: true });
  // What the controller says of a paused Deployment whose template changed.
  transport.objects.set(path, { ...half, status: { replicas: 1, updatedReplicas: 0 } });
  transport.intercept = undefined;
  await expect(run(transport)).resolves.toMatchObject({ revision: { name: 'r0' } });
  expect(transport.objects.get(path)?.['spec']).toMatchObject({ paused: false });
});

test.each([
  [
    'horizontalpodautoscalers',
    '/apis/autoscaling/v2',
    { scaleTargetRef: { kind: 'Deployment', name: 'web' } },
    'autoscaling',
  ],
  ['poddisruptionbudgets', '/apis/policy/v1', { selector: { matchLabels: podLabels } }, 'maxUnavailable'],
])('one of somebody else among %s is refused before anything is written', async (plural, group, spec, key) => {
  const transport = handmade();
  const object = { apiVersion: group.slice(6), kind: 'Keeper', metadata: { name: 'mine', namespace: 'ml' }, spec };
  transport.objects.set(`${group}/namespaces/ml/${plural}/mine`, object);
  await expect(run(transport)).rejects.toMatchObject({
    code: 'rollout/cannot-adopt',
    hint: expect.stringContaining(`deploy.${key}`) as string,
  });
  expect(transport.writes).toEqual([]);
});

test('a Service that sends to another port than a new revision listens on is refused when the rollout is planned', async () => {
  const transport = handmade(9000);
  await run(transport);
  const found = await survey(kubeApi(transport), ref);
  const release = { image, modelDigest: null };
  expect(() => planRollout(config, release, fastapi, found)).toThrow(
    expect.objectContaining({ code: 'rollout/target-port', hint: 'Set server.port: 9000 in mldeploy.yaml.' }),
  );
});

test('pods without the counters are refused before anything is created, others are not', async () => {
  const transport = handmade();
  await run(transport);
  const api = kubeApi(transport);
  const found = await survey(api, ref);
  transport.writes.length = 0;
  let page = 'process_cpu_seconds_total 1\n';
  transport.intercept = ({ path }) => (path.includes('/proxy/') ? { status: 200, body: page, headers: {} } : undefined);
  await expect(refuseUncounted(api, config, found)).rejects.toMatchObject({
    code: 'rollout/no-stable-metrics',
    hint: expect.stringContaining('mldeploy_requests_total') as string,
  });
  page =
    'mldeploy_process_start_time_seconds 1\n# TYPE mldeploy_requests_total counter\nmldeploy_requests_total{route="/predict",outcome="ok"} 1\n';
  await expect(refuseUncounted(api, config, found)).resolves.toBeUndefined();
  expect(transport.writes).toEqual([]);
});
