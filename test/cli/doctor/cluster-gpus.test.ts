import { describe, expect, test } from 'vitest';
import { lookAtClusterGpus } from '../../../src/cli/doctor/cluster-gpus.ts';
import type { Config } from '../../../src/config/config.ts';
import { MlDeployError } from '../../../src/errors.ts';
import type { KubeApi, KubeObject } from '../../../src/kubernetes/api.ts';
import { config } from '../../smoke/fixture/project.ts';

interface Wish {
  readonly labels?: Record<string, string>;
  readonly gpus?: number;
  readonly capacity?: number;
  readonly spec?: object;
  readonly ready?: string;
  readonly allocatable?: Record<string, string>;
}

function node(name: string, wish: Wish = {}): KubeObject {
  const { labels = {}, gpus = 0, capacity = gpus, spec = {}, ready = 'True', allocatable = {} } = wish;
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name, labels },
    spec,
    status: {
      capacity: { 'nvidia.com/gpu': String(capacity) },
      allocatable: { 'nvidia.com/gpu': String(gpus), ...allocatable },
      conditions: [{ type: 'Ready', status: ready }],
    },
  };
}

const found = { 'nvidia.com/gpu.product': 'Tesla-T4' };
const tainted = { taints: [{ key: 'nvidia.com/gpu', value: 'present', effect: 'NoSchedule' }] };
const projectWith = (deploy: Partial<Config['deploy']>): Config => ({
  ...config,
  deploy: { ...config.deploy, ...deploy },
});

async function look(nodes: readonly KubeObject[], project: Config | null = null) {
  const api = { list: () => Promise.resolve(nodes) } as unknown as KubeApi;
  const told = await lookAtClusterGpus(api, project);
  if (typeof told === 'string') throw new Error(told);
  return told;
}

describe('GPUs in the cluster', () => {
  test('that are there and labelled need nothing', async () => {
    const told = await look([node('g1', { gpus: 2, labels: found })], projectWith({}));
    expect(told).toEqual({ detail: 'allocatable nvidia.com/gpu: 2 on g1 (Tesla-T4)', hint: null });
  });

  test.each<[string, readonly KubeObject[], RegExp]>([
    ['none at all', [node('n1')], /helm install --wait gpu-operator nvidia\/gpu-operator/],
    [
      'hardware that nothing offers',
      [node('n1', { labels: { 'feature.node.kubernetes.io/pci-0302_10de.present': 'true' } }), node('n2')],
      /^n1 has an NVIDIA GPU, and no device plugin offers it\. .*helm upgrade --install nvdp/,
    ],
    [
      'a device plugin that has stopped',
      [node('g1', { gpus: 0, capacity: 2, labels: found })],
      /^g1 has GPUs and offers none of them: .*spec\.nodeName=g1/,
    ],
    ['no labels', [node('g1', { gpus: 1 })], /^g1 has no labels of GPU feature discovery.*gfd\.enabled=true/],
    [
      'MIG under names of its own',
      [node('g1', { allocatable: { 'nvidia.com/mig-1g.10gb': '7' }, labels: found })],
      /resources: {gpu: {resource: nvidia.com\/mig-1g.10gb}} in mldeploy.yaml. Or .*MIG strategy of the device plugin to single/,
    ],
    [
      'a node that is closed',
      [node('g1', { gpus: 1, labels: found, spec: { unschedulable: true } })],
      /^g1 is closed for new pods: kubectl uncordon g1$/,
    ],
    ['a node that is not ready', [node('g1', { gpus: 1, labels: found, ready: 'Unknown' })], /^g1 is not ready/],
  ])('%s', async (_, nodes, hint) => {
    expect((await look(nodes)).hint).toMatch(hint);
  });

  test('behind a taint need a toleration', async () => {
    const nodes = [node('g1', { gpus: 1, labels: found, spec: tainted })];
    const line = '{tolerations: [{key: nvidia.com/gpu, operator: Exists, effect: NoSchedule}]}';
    expect((await look(nodes, projectWith({}))).hint).toBe(
      `g1 keeps pods away (taint nvidia.com/gpu, NoSchedule). Add to mldeploy.yaml: deploy: ${line}`,
    );
    for (const toleration of [
      { key: 'nvidia.com/gpu', operator: 'Exists', effect: 'NoSchedule' },
      { key: 'nvidia.com/gpu', value: 'present' },
      { operator: 'Exists' },
    ]) {
      expect((await look(nodes, projectWith({ tolerations: [toleration] }))).hint).toBe(null);
    }
    expect((await look(nodes, projectWith({ tolerations: [{ key: 'nvidia.com/gpu', value: 'no' }] }))).hint).not.toBe(
      null,
    );
    // One open node is enough; without a project nobody knows what will be tolerated.
    expect((await look([...nodes, node('g2', { gpus: 1, labels: found })], projectWith({}))).hint).toBe(null);
    expect((await look(nodes)).hint).toBe(null);
  });

  test('that the node selector leaves out', async () => {
    const nodes = [node('g1', { gpus: 1, labels: found })];
    expect((await look(nodes, projectWith({ nodeSelector: { pool: 'a' } }))).hint).toBe(
      'deploy.nodeSelector selects none of the nodes with GPUs (g1)',
    );
  });

  test('that nobody may look at', async () => {
    const refuse = () =>
      Promise.reject(new MlDeployError({ code: 'kubernetes/forbidden', kind: 'infrastructure', message: 'no' }));
    const told = await lookAtClusterGpus({ list: refuse } as unknown as KubeApi, null);
    expect(told).toMatchObject({ hint: expect.stringContaining('list on nodes') as string });
  });
});
