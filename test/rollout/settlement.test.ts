import { expect, test } from 'vitest';
import type { KubeObject } from '../../src/kubernetes/api.ts';
import { kubeApi } from '../../src/kubernetes/kube-api.ts';
import { plan } from '../../src/rollout/commands/plan.ts';
import { rollOut } from '../../src/rollout/stage.ts';
import { StateStore } from '../../src/rollout/state.ts';
import { image, memoryCluster, ref } from './memory-cluster.ts';
import type { MemoryTransport } from './memory-transport.ts';
import { accessTo, contextFor, project } from './project.ts';

const access = accessTo({ kubeconfigPath: '/nowhere' });
const before = project({ namespace: 'ml' });
const paths = {
  r1: '/apis/apps/v1/namespaces/ml/deployments/fraud-r1',
  service: '/api/v1/namespaces/ml/services/fraud',
  autoscaler: '/apis/autoscaling/v2/namespaces/ml/horizontalpodautoscalers/fraud',
  budget: '/apis/policy/v1/namespaces/ml/poddisruptionbudgets/fraud',
};

function specOf(transport: MemoryTransport, path: string): unknown {
  return (transport.objects.get(path) as KubeObject)['spec'];
}

test('an unchanged release with nothing to set writes nothing', async () => {
  const transport = await memoryCluster(before, () => ({}));
  const evidence = await rollOut(contextFor(before, access, image), kubeApi(transport));
  expect(evidence.summary).toMatch(/nothing to do/);
  expect(transport.writes).toEqual([]);
});

test('an unchanged release: replicas, autoscaler, disruption budget and Service follow the configuration', async () => {
  const transport = await memoryCluster(before, () => ({}));
  const api = kubeApi(transport);
  const wider = project({
    namespace: 'ml',
    replicas: 3,
    deploy: ['maxUnavailable: 2', 'service: {type: LoadBalancer}'],
  });
  const planned = await plan(wider, { image, modelDigest: `sha256:${'0'.repeat(64)}` }, api, {
    environment: {},
    root: '',
  });
  expect(planned.text).toMatch(
    /sets without a canary:\n {2}replicas of fraud-r1: -> 3\n {2}disruption budget: maxUnavailable 1 -> maxUnavailable 2\n/,
  );
  expect(transport.writes).toEqual([]);

  const evidence = await rollOut(contextFor(wider, access, image), api);
  expect(evidence).toMatchObject({ outcome: 'passed', decision: 'none' });
  expect(evidence.summary).toMatch(/replicas of fraud-r1: -> 3/);
  expect(specOf(transport, paths.r1)).toMatchObject({ replicas: 3 });
  expect(specOf(transport, paths.service)).toMatchObject({
    type: 'LoadBalancer',
    selector: { app: 'fraud', revision: 'r1' },
  });
  expect(specOf(transport, paths.budget)).toMatchObject({ maxUnavailable: 2 });
  const { state } = await StateStore.load(api, ref);
  expect(state).toMatchObject({ phase: 'done', epoch: 5, stable: { name: 'r1', replicas: 3 } });

  // A second time there is nothing left to set.
  transport.writes.length = 0;
  await rollOut(contextFor(wider, access, image), api);
  expect(transport.writes).toEqual([]);

  const scaled = project({
    namespace: 'ml',
    deploy: ['autoscaling: {min: 2, max: 6, cpu: 70%}', 'maxUnavailable: null', 'service: {type: ClusterIP}'],
  });
  await rollOut(contextFor(scaled, access, image), api);
  expect(specOf(transport, paths.autoscaler)).toMatchObject({
    minReplicas: 2,
    maxReplicas: 6,
    scaleTargetRef: { name: 'fraud-r1' },
  });
  expect(transport.objects.has(paths.budget)).toBe(false);
  expect(specOf(transport, paths.service)).toMatchObject({ type: 'ClusterIP' });
  // The number of pods is the autoscaler's from now on.
  expect(specOf(transport, paths.r1)).toMatchObject({ replicas: 3 });
  transport.writes.length = 0;
  await rollOut(contextFor(scaled, access, image), api);
  expect(transport.writes).toEqual([]);
});

test.each([
  ['says ClusterIP', ['service: {type: ClusterIP}'], 'type of Service fraud: LoadBalancer -> ClusterIP'],
  ['says none: a load balancer of whoever made it keeps its address', [], null],
])('the type of the Service that clients use, when the configuration %s', async (_name, deploy, told) => {
  const transport = await memoryCluster(before, () => ({}));
  const service = transport.objects.get(paths.service) as KubeObject;
  transport.objects.set(paths.service, { ...service, spec: { ...(service['spec'] as object), type: 'LoadBalancer' } });
  const release = { image: image.replaceAll('a', 'b'), modelDigest: null };
  const config = project({ namespace: 'ml', deploy });
  const { text } = await plan(config, release, kubeApi(transport), { environment: {}, root: '' });
  if (told === null) expect(text).not.toContain('type of Service');
  else expect(text).toContain(told);
});

test('pods that somebody else added stay while the configuration says the same', async () => {
  const transport = await memoryCluster(before, () => ({}));
  const r1 = transport.objects.get(paths.r1) as KubeObject;
  transport.objects.set(paths.r1, { ...r1, spec: { replicas: 7 } });
  await rollOut(contextFor(before, access, image), kubeApi(transport));
  expect(transport.writes).toEqual([]);
});
