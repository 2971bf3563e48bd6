import { describe, expect, test } from 'vitest';
import type { Config } from '../../src/config/config.ts';
import { MlDeployError } from '../../src/errors.ts';
import type { KubeApi, KubeObject } from '../../src/kubernetes/api.ts';
import { kubeApi } from '../../src/kubernetes/kube-api.ts';
import type { EvidenceSoFar, SmokeEvidence } from '../../src/pipeline/evidence.ts';
import { demandSmokedOn } from '../../src/rollout/smoked-on.ts';
import { rollOut } from '../../src/rollout/stage.ts';
import { MemoryTransport } from './memory-transport.ts';
import { accessTo, built, contextFor, project } from './project.ts';

const image = `registry.test/fraud@sha256:${'a'.repeat(64)}`;
const configOf = (smokedOn: string, deploy: string[] = []): Config =>
  project({ namespace: 'ml', gpu: 1, rollout: { smokedOn }, deploy });
const tested = (device: 'cpu' | 'gpu', name: string): EvidenceSoFar => {
  const { smoke, ...rest } = built(image);
  const used = {
    id: 'gpu-used',
    title: 'Computes on the GPU',
    verdict: 'passed',
    limit: null,
    message: 'It was busy.',
  } as const;
  const checks = device === 'gpu' ? [used] : [];
  return { ...rest, smoke: { ...(smoke as SmokeEvidence), hardware: { device, name }, checks } };
};
/** Evidence of a test on a GPU whose check `gpu-used` was skipped for this reason; null: there is none. */
const unseen = (why: string | null): EvidenceSoFar => {
  const evidence = tested('gpu', 'NVIDIA L4');
  const { smoke } = evidence;
  if (smoke === undefined) throw new Error('no smoke test');
  const checks = smoke.checks.flatMap((check) =>
    why === null ? [] : [{ ...check, verdict: 'skipped' as const, message: why }],
  );
  return { ...evidence, smoke: { ...smoke, checks } };
};
const node = (name: string, product: string | null, more: object = {}): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name, ...(product === null ? {} : { labels: { 'nvidia.com/gpu.product': product, pool: 'a' } }) },
  status: { allocatable: { 'nvidia.com/gpu': '1' } },
  ...more,
});
const cluster = (...nodes: KubeObject[]): KubeApi => ({ list: () => Promise.resolve(nodes) }) as unknown as KubeApi;
const forbidden = (): KubeApi => {
  const error = new MlDeployError({ code: 'kubernetes/forbidden', kind: 'infrastructure', message: 'no' });
  return { list: () => Promise.reject(error) } as unknown as KubeApi;
};
const l4 = node('g1', 'NVIDIA-L4');
const t4 = node('g2', 'Tesla-T4');

const demand = (
  smokedOn: string,
  evidence: EvidenceSoFar,
  api: KubeApi,
  deploy: string[] = [],
  resource = 'nvidia.com/gpu',
): Promise<void> => {
  const config = configOf(smokedOn, deploy);
  const resources = { ...config.resources, gpu: { count: 1, memory: null, resource } };
  return demandSmokedOn({ config: { ...config, resources }, evidence }, api, image);
};

describe('passes', () => {
  test.each<[string, string, EvidenceSoFar, KubeApi, string[]?, string?]>([
    ['any device unless it is asked for', 'null', tested('cpu', 'x86'), forbidden()],
    ['any GPU', 'gpu', tested('gpu', 'Tesla T4'), forbidden()],
    ['the same, as the driver and the label write it', 'sameGpu', tested('gpu', 'NVIDIA L4'), cluster(l4)],
    ['shares of the same', 'sameGpu', tested('gpu', 'Tesla T4'), cluster(node('g1', 'Tesla-T4-SHARED'))],
    [
      'the one that the node selector names',
      'sameGpu',
      tested('gpu', 'Tesla T4'),
      forbidden(),
      ['nodeSelector: {nvidia.com/gpu.product: Tesla-T4}'],
    ],
    [
      'a MIG device of the GPU that the node selector names',
      'sameGpu',
      tested('gpu', 'NVIDIA-A100-SXM4-40GB-MIG-1g.5gb'),
      forbidden(),
      ['nodeSelector: {nvidia.com/gpu.product: NVIDIA-A100-SXM4-40GB}'],
      'nvidia.com/mig-1g.5gb',
    ],
    [
      'nodes that are not selected or closed do not count',
      'sameGpu',
      tested('gpu', 'NVIDIA L4'),
      cluster(l4, node('g2', 'Tesla-T4', { spec: { unschedulable: true } }), {
        ...t4,
        metadata: { name: 'g3', labels: { pool: 'b', 'nvidia.com/gpu.product': 'Tesla-T4' } },
      }),
      ['nodeSelector: {pool: a}'],
    ],
  ])('%s', async (_, smokedOn, evidence, api, deploy, resource) => {
    await demand(smokedOn, evidence, api, deploy, resource);
  });
});

describe('is refused', () => {
  test.each<[string, string, EvidenceSoFar, KubeApi, string, RegExp, string[]?, string?]>([
    ['a test on the CPU', 'gpu', tested('cpu', 'x86'), cluster(l4), 'rollout/not-smoked', /ran on the CPU \(x86\)/],
    [
      'a test in which nobody saw the GPU used',
      'gpu',
      unseen('Not allowed to get and create pods/exec in namespace ml.'),
      cluster(l4),
      'rollout/not-smoked',
      /was not seen \(check gpu-used\): Not allowed to get and create pods\/exec in namespace ml\.$/,
    ],
    ['a test that does not tell', 'gpu', unseen(null), cluster(l4), 'rollout/not-smoked', /does not tell of it/],
    ['no test', 'gpu', {}, cluster(l4), 'rollout/not-smoked', /there is no evidence of one/],
    [
      'a test of another image',
      'gpu',
      built(image.replace('a'.repeat(64), 'b'.repeat(64))),
      cluster(l4),
      'rollout/not-smoked',
      /its evidence is about .*bbbb/,
    ],
    [
      'another type',
      'sameGpu',
      tested('gpu', 'Tesla T4'),
      cluster(l4),
      'rollout/not-smoked',
      /may run on NVIDIA-L4, and the smoke test ran on Tesla T4/,
    ],
    [
      'one of two types',
      'sameGpu',
      tested('gpu', 'Tesla T4'),
      cluster(l4, t4),
      'rollout/not-smoked',
      /may run on NVIDIA-L4, and/,
    ],
    [
      'a whole GPU for a part of it',
      'sameGpu',
      tested('gpu', 'NVIDIA A100-SXM4-40GB'),
      cluster(node('g1', 'NVIDIA-A100-SXM4-40GB-MIG-1g.5gb')),
      'rollout/not-smoked',
      /MIG-1g\.5gb, and/,
    ],
    [
      'a whole GPU for a part of the one that the node selector names',
      'sameGpu',
      tested('gpu', 'NVIDIA A100-SXM4-40GB'),
      forbidden(),
      'rollout/not-smoked',
      /may run on NVIDIA-A100-SXM4-40GB-MIG-1g\.5gb, and/,
      ['nodeSelector: {nvidia.com/gpu.product: NVIDIA-A100-SXM4-40GB}'],
      'nvidia.com/mig-1g.5gb',
    ],
    [
      'nodes that may not be listed',
      'sameGpu',
      tested('gpu', 'Tesla T4'),
      forbidden(),
      'rollout/gpu-unknown',
      /may not list nodes/,
    ],
    [
      'nodes without labels',
      'sameGpu',
      tested('gpu', 'Tesla T4'),
      cluster(t4, node('g1', null)),
      'rollout/gpu-unknown',
      /g1 have no label/,
    ],
    [
      'no node',
      'sameGpu',
      tested('gpu', 'Tesla T4'),
      cluster(),
      'rollout/gpu-unknown',
      /no node that may take them offers nvidia.com\/gpu/,
    ],
  ])('%s', async (_, smokedOn, evidence, api, code, text, deploy, resource) => {
    const error: unknown = await demand(smokedOn, evidence, api, deploy, resource).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code, message: expect.stringMatching(text) as string });
  });
});

test('a rollout is refused before anything is written', async () => {
  const transport = new MemoryTransport();
  const context = contextFor(configOf('gpu'), accessTo({ kubeconfigPath: '/nowhere' }), image);
  await expect(rollOut(context, kubeApi(transport))).rejects.toMatchObject({
    code: 'rollout/not-smoked',
    kind: 'inconclusive',
  });
  expect(transport.writes).toEqual([]);
});

test('while the smoke test is still to come, only what it has to prove is looked up', async () => {
  const config = configOf('sameGpu');
  await demandSmokedOn({ config, evidence: {} }, cluster(l4), null);
  await expect(demandSmokedOn({ config, evidence: {} }, forbidden(), null)).rejects.toMatchObject({
    code: 'rollout/gpu-unknown',
  });
  // A test in the cluster that may not look into its pod will not have seen it.
  const inCluster: Config = { ...config, smoke: { ...config.smoke, runtime: 'kubernetes' } };
  const may = (allowed: boolean): KubeApi => ({ ...cluster(l4), may: () => Promise.resolve(allowed) });
  await demandSmokedOn({ config: inCluster, evidence: {} }, may(true), null);
  await expect(demandSmokedOn({ config: inCluster, evidence: {} }, may(false), null)).rejects.toMatchObject({
    code: 'rollout/not-smoked',
    hint: expect.stringContaining('{apiGroups: [""], resources: [pods/exec], verbs: [get, create]}') as string,
  });
});
