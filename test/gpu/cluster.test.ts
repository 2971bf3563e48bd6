import { describe, expect, test } from 'vitest';
import { MlDeployError } from '../../src/errors.ts';
import { probeCluster, nodeGpus, sharedMemory, unsuitableNode } from '../../src/gpu/cluster.ts';
import type { GpuNeeds } from '../../src/gpu/needs.ts';
import type { KubeApi, KubeObject } from '../../src/kubernetes/api.ts';
import { noNeeds } from './no-needs.ts';

function node(name: string, allocatable: Record<string, string>, labels: Record<string, string> = {}): KubeObject {
  return { apiVersion: 'v1', kind: 'Node', metadata: { name, labels }, status: { allocatable } };
}

const answering = (nodes: KubeObject[]): KubeApi => ({ list: () => Promise.resolve(nodes) }) as unknown as KubeApi;
const nvidia = (labels: Record<string, string>) =>
  Object.fromEntries(Object.entries(labels).map(([key, value]) => [`nvidia.com/${key}`, value]));

const a100 = nvidia({
  'gpu.product': 'NVIDIA-A100-SXM4-40GB',
  'gpu.memory': '40960',
  'gpu.compute.major': '8',
  'gpu.compute.minor': '0',
  'cuda.driver.major': '535',
  'mig.strategy': 'none',
  'gpu.replicas': '1',
  'gpu.sharing-strategy': 'none',
});
const sliced = {
  ...a100,
  ...nvidia({
    'gpu.product': 'NVIDIA-A100-SXM4-40GB-SHARED',
    'gpu.replicas': '4',
    'gpu.sharing-strategy': 'time-slicing',
  }),
};
const mixed = {
  ...a100,
  ...nvidia({
    'mig.strategy': 'mixed',
    'mig-1g.5gb.product': 'NVIDIA-A100-SXM4-40GB-MIG-1g.5gb',
    'mig-1g.5gb.memory': '4864',
    'mig-1g.5gb.replicas': '1',
  }),
};
const needs = noNeeds;

describe('what the nodes offer', () => {
  test.each([
    ['nothing', [node('n1', { cpu: '4' })], 'allocatable nvidia.com/gpu: none on 1 node'],
    [
      'whole GPUs',
      [node('g1', { 'nvidia.com/gpu': '2' }, a100), node('n1', {})],
      'allocatable nvidia.com/gpu: 2 on g1 (NVIDIA-A100-SXM4-40GB)',
    ],
    ['unlabelled ones', [node('g1', { 'nvidia.com/gpu': '1' })], 'allocatable nvidia.com/gpu: 1 on g1'],
    [
      'time slices',
      [node('g1', { 'nvidia.com/gpu': '8' }, sliced)],
      'allocatable nvidia.com/gpu: 8 on g1 (NVIDIA-A100-SXM4-40GB-SHARED, shared by time-slicing, 4 to a GPU)',
    ],
    [
      'MIG devices of several profiles',
      [
        node(
          'g1',
          { 'nvidia.com/mig-1g.5gb': '4', 'nvidia.com/mig-2g.10gb': '1', 'nvidia.com/mig-3g.20gb': '0' },
          a100,
        ),
      ],
      'allocatable nvidia.com/gpu: none on 1 node; in other forms, which resources.gpu.resource does not name: 4 nvidia.com/mig-1g.5gb on g1, 1 nvidia.com/mig-2g.10gb on g1',
    ],
    [
      'shared ones under a name of their own',
      [node('g1', { 'nvidia.com/gpu.shared': '4' }, sliced)],
      'allocatable nvidia.com/gpu: none on 1 node; in other forms, which resources.gpu.resource does not name: 4 nvidia.com/gpu.shared on g1',
    ],
  ])('%s', async (_, nodes, looked) => {
    expect((await probeCluster(answering(nodes))).looked).toBe(looked);
  });

  test.each([
    [
      'a MIG profile',
      'nvidia.com/mig-1g.5gb',
      '4 on g1 (NVIDIA-A100-SXM4-40GB-MIG-1g.5gb); in other forms, which resources.gpu.resource does not name: 1 nvidia.com/gpu on g1',
    ],
    [
      'a profile that no node has',
      'nvidia.com/mig-7g.40gb',
      'none on 1 node; in other forms, which resources.gpu.resource does not name: 1 nvidia.com/gpu on g1, 4 nvidia.com/mig-1g.5gb on g1',
    ],
  ])('%s that is asked for', async (_, resource, looked) => {
    const there = [node('g1', { 'nvidia.com/gpu': '1', 'nvidia.com/mig-1g.5gb': '4' }, mixed)];
    expect((await probeCluster(answering(there), {}, resource)).looked).toBe(`allocatable ${resource}: ${looked}`);
  });

  test('not being allowed to look is an answer', async () => {
    const error = new MlDeployError({ code: 'kubernetes/forbidden', kind: 'infrastructure', message: 'no' });
    const api = { list: () => Promise.reject(error) } as unknown as KubeApi;
    expect(await probeCluster(api)).toEqual({
      nodes: null,
      looked: 'allocatable nvidia.com/gpu of the nodes: not allowed to list nodes',
    });
  });
});

describe('a node', () => {
  const gpus = (labels: Record<string, string>, selector: Record<string, string> = {}) =>
    nodeGpus(node('g1', { 'nvidia.com/gpu': '1' }, labels), selector);

  test('is read from its labels', () => {
    expect(gpus(a100)).toMatchObject({
      count: 1,
      memoryMiB: 40960,
      capability: 8,
      driverMajor: 535,
      sharing: null,
      selected: true,
    });
    expect(gpus({})).toMatchObject({ memoryMiB: null, capability: null, driverMajor: null, product: null });
    expect(gpus(a100, { 'nvidia.com/gpu.product': 'NVIDIA-L4' }).selected).toBe(false);
  });

  test.each<[string, Partial<GpuNeeds>, RegExp]>([
    [
      'memory',
      { memoryBytes: 80 * 2 ** 30 },
      /its GPUs have 40\.0 GiB of memory, resources\.gpu\.memory asks for 80\.0 GiB/,
    ],
    [
      'weights',
      { weightsBytes: 90 * 2 ** 30, weightsCertain: true, count: 2 },
      /files alone take 90\.0 GiB, its memory is 2 x 40\.0 GiB = 80\.0 GiB/,
    ],
    [
      'capability',
      { capability: { least: 8.9, because: 'F8_E4M3' } },
      /F8_E4M3 need compute capability 8\.9, it has 8\.0/,
    ],
    [
      'driver',
      { driver: { least: 580, because: 'CUDA 13', forward: false } },
      /CUDA 13 needs a driver of version 580 or later, it is 535/,
    ],
    ['more than it has', { count: 2 }, /it has 1 in all, resources\.gpu\.count is 2/],
  ])('will not do: %s', (_, more, reason) => {
    expect(unsuitableNode(gpus(a100), { ...needs, ...more }).join()).toMatch(reason);
    if (more.count === undefined) expect(unsuitableNode(gpus({}), { ...needs, ...more })).toEqual([]);
  });

  test('a MIG device has the memory of its profile, not of the whole GPU', () => {
    const part = nodeGpus(node('g1', { 'nvidia.com/mig-1g.5gb': '4' }, mixed), {}, 'nvidia.com/mig-1g.5gb');
    expect(part).toMatchObject({ count: 4, memoryMiB: 4864, capability: 8 });
    expect(unsuitableNode(part, { ...needs, memoryBytes: 16 * 2 ** 30 }).join()).toContain('its GPUs have 4.8 GiB');
  });

  test('shares of a GPU: MPS limits the memory, time slices only promise it, and two shares are no two GPUs', () => {
    const wanted = { ...needs, memoryBytes: 16 * 2 ** 30 };
    const slices = nodeGpus(node('g1', { 'nvidia.com/gpu': '8' }, sliced), {});
    expect(unsuitableNode(slices, wanted)).toEqual([]);
    expect(sharedMemory(slices, wanted)).toBe(
      "The GPUs of g1 are shared in time slices, and nobody keeps a pod's memory for it: 40.0 GiB for up to 4 pods are 10.0 GiB each, asked for are 16.0 GiB.",
    );
    expect(unsuitableNode(slices, { ...needs, count: 2 }).join()).toContain('2 shares may be of one GPU');
    const mps = nodeGpus(
      node('g1', { 'nvidia.com/gpu': '8' }, { ...sliced, ...nvidia({ 'gpu.sharing-strategy': 'mps' }) }),
      {},
    );
    expect(sharedMemory(mps, wanted)).toBeNull();
    expect(unsuitableNode(mps, wanted).join()).toContain('its GPUs have 10.0 GiB of memory');
    const apart = nodeGpus(node('g1', { 'nvidia.com/gpu.shared': '4' }, sliced), {}, 'nvidia.com/gpu.shared');
    expect(apart).toMatchObject({ count: 4, sharing: { by: 'time-slicing', replicas: 4 }, memoryMiB: 40960 });
  });
});
