import { expect, test } from 'vitest';
import { MlDeployError } from '../../src/errors.ts';
import type { KubeApi, KubeObject } from '../../src/kubernetes/api.ts';
import { kubeApi } from '../../src/kubernetes/kube-api.ts';
import { checkCapacity } from '../../src/rollout/capacity.ts';
import { MemoryTransport } from './memory-transport.ts';
import { project } from './project.ts';

const forbidden = new MlDeployError({ code: 'kubernetes/forbidden', kind: 'infrastructure', message: 'no' });
const config = project({ namespace: 'ml', gpu: 1 });

/** One node with four GPUs, and pods of one GPU each by revision. */
function clusterWith(revisions: readonly string[], namespace = 'ml'): MemoryTransport {
  const transport = new MemoryTransport();
  transport.objects.set('/api/v1/nodes/a', {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name: 'a' },
    status: { allocatable: { cpu: '8', memory: '64Gi', 'nvidia.com/gpu': '4' } },
  });
  for (const [index, revision] of revisions.entries()) {
    const name = `fraud-${revision}-${index}`;
    const pod: KubeObject = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name, namespace, labels: { app: 'fraud', revision, canary: 'on' } },
      spec: { nodeName: 'a', containers: [{ resources: { limits: { 'nvidia.com/gpu': '1' } } }] },
    };
    transport.objects.set(`/api/v1/pods/${name}`, pod);
  }
  return transport;
}

test('GPUs of the stable revision are taken', async () => {
  const api = kubeApi(clusterWith(['r1', 'r1', 'r1']));
  await expect(checkCapacity(api, config, 2, 'r1')).rejects.toMatchObject({ code: 'rollout/no-capacity' });
});

test('pods that the candidate has already, or that go before it comes, take nothing from it', async () => {
  // Blue-green that waits for its approval; a previous revision that was kept.
  for (const other of ['r2', 'r0'])
    expect(await checkCapacity(kubeApi(clusterWith(['r1', 'r1', other, other])), config, 2, 'r1')).toEqual([]);
});

test("pods of that name in another namespace are somebody else's", async () => {
  const api = kubeApi(clusterWith(['r2', 'r2', 'r2'], 'other'));
  await expect(checkCapacity(api, config, 2, 'r1')).rejects.toMatchObject({ code: 'rollout/no-capacity' });
});

test('without the right to list the pods of the cluster those of this namespace count, and the note says so', async () => {
  const listed = (revisions: readonly string[]): KubeApi => {
    const api = kubeApi(clusterWith(revisions));
    return {
      ...api,
      list: (resource, namespace, ...rest) =>
        resource.plural === 'pods' && namespace === null
          ? Promise.reject(forbidden)
          : api.list(resource, null, ...rest),
    };
  };
  expect(await checkCapacity(listed(['r1', 'r1']), config, 2, 'r1')).toEqual([
    'What pods of other namespaces take was not counted when capacity was checked: this account may not list the pods of the cluster.',
  ]);
  const taken = checkCapacity(listed(['r1', 'r1', 'r1']), config, 2, 'r1');
  await expect(taken).rejects.toMatchObject({ code: 'rollout/no-capacity' });
});

test('without the right to look at nodes nothing is checked, and the note says so', async () => {
  const api = { ...kubeApi(clusterWith([])), list: () => Promise.reject(forbidden) };
  expect(await checkCapacity(api, config, 9, 'r1')).toEqual([
    'Capacity was not checked: this account may not read the nodes of the cluster.',
  ]);
});
