import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runCheck } from '../../src/cli/doctor/check.ts';
import { gpuChecks } from '../../src/cli/doctor/gpu-checks.ts';
import { MlDeployError } from '../../src/errors.ts';
import { imageIndex } from '../../src/oci/image-index.ts';
import { mediaTypes } from '../../src/oci/manifest.ts';
import type { BuildEvidence, SmokeEvidence } from '../../src/pipeline/evidence.ts';
import { rolloutStage } from '../../src/rollout/stage.ts';
import { smokeStage } from '../../src/smoke/stage.ts';
import { type Cluster, ensureCluster, type TestNamespace } from '../cluster/cluster.ts';
import { until } from '../cluster/poll.ts';
import { repositoryRoot } from '../cluster/state.ts';
import { buildImage } from '../cluster/server-image/build.ts';
import { client } from '../image/builders/oci/small-base.ts';
import { clusterProject, type ClusterProject } from './fixture/cluster-project.ts';
import { message, verdict } from './fixture/project.ts';
import type { Fault } from './fixture/server.ts';
import { quickest } from '../quickest.ts';

let cluster: Cluster;
let namespace: TestNamespace;
let image: string;

beforeAll(async () => {
  cluster = await ensureCluster();
  [namespace, image] = await Promise.all([
    cluster.namespace('smoke'),
    buildImage(cluster, path.join(import.meta.dirname, 'fixture'), 'test/smoke-fixture'),
  ]);
});

afterAll(async () => {
  await namespace[Symbol.asyncDispose]();
});

const given = (fault: Fault, wish: Partial<ClusterProject> = {}) =>
  clusterProject({
    kubeconfig: cluster.kubeconfigPath,
    namespace: namespace.name,
    image,
    env: { FAULT: fault },
    ...wish,
  });

const smoke = (fault: Fault, wish: Partial<ClusterProject> = {}): Promise<SmokeEvidence> =>
  smokeStage.run(given(fault, wish));

const pods = async (): Promise<string[]> => {
  const { items } = await cluster.get<{ items: { metadata: { name: string } }[] }>('pods', '-n', namespace.name);
  return items.map(({ metadata }) => metadata.name);
};

const failures = (evidence: SmokeEvidence) =>
  evidence.checks.flatMap(({ id, verdict: one }) => (one === 'failed' ? [id] : []));

/** Shows what failed, with its reason and what was measured, when it did not pass. */
function expectPassed({ outcome, checks, volatile }: SmokeEvidence): void {
  const failed = checks.filter(({ verdict: one }) => one === 'failed').map(({ id, message: why }) => `${id}: ${why}`);
  expect({ outcome, failed, details: failed.length === 0 ? [] : volatile.details }).toEqual({
    outcome: 'passed',
    failed: [],
    details: [],
  });
}

/** The error of a promise that must fail, and how long that took. */
async function errorOf(work: Promise<unknown>): Promise<{ error: MlDeployError; ms: number }> {
  const began = performance.now();
  try {
    await work;
  } catch (error) {
    if (error instanceof MlDeployError) return { error, ms: performance.now() - began };
    throw error;
  }
  throw new Error('it did not fail');
}

describe('a real pod', () => {
  test('passes every check and leaves nothing behind', async () => {
    await smokeStage.preflight(given('none'));
    const evidence = await smoke('none');
    expectPassed(evidence);
    // 'memory' needs more requests.
    expect(evidence.checks.filter(({ verdict: one }) => one !== 'passed').map(({ id }) => id)).toEqual([
      'golden',
      'slowdown',
      'memory',
    ]);
    expect(evidence.volatile.memoryPeakBytes).toBeGreaterThan(10 * 2 ** 20);
    expect(evidence.imageReference).toBe(image);
    expect(evidence.hardware.device).toBe('cpu');
    const { coldStart, readyMs } = evidence.volatile;
    expect(coldStart).toMatchObject({ pullMs: expect.any(Number) as number, loadMs: expect.any(Number) as number });
    const parts = Object.values(coldStart ?? {}).reduce((sum: number, ms) => sum + (ms ?? 0), 0);
    // The parts are all of it, but for what lies between two looks, which take longer on a busy machine, as all of it does.
    expect(Math.abs(parts - readyMs)).toBeLessThan(Math.max(500, 0.2 * readyMs));
    expect(await pods()).toEqual([]);
  });

  test('of an index of several platforms is the image for its node', async () => {
    const [repository = '', digest = ''] = image.split('@');
    const registry = client(repository);
    const manifestBytes = (await registry.getManifest(digest))?.content ?? Buffer.alloc(0);
    const images = (['arm64', 'amd64'] as const).map((architecture) => {
      return { digest, manifestBytes, config: { os: 'linux', architecture } };
    });
    const index = imageIndex(images);
    await registry.putManifest(index.digest, index.bytes, mediaTypes.index);
    const context = given('none', { image: `${repository}@${index.digest}` });
    const build = { image: { reference: `${repository}@${index.digest}`, platforms: [{ digest }] } };
    const evidence = await smokeStage.run({ ...context, evidence: { build: build as unknown as BuildEvidence } });
    expectPassed(evidence);
    expect(verdict(evidence, 'image')).toBe('passed');
  });

  test('requests take the API server’s proxy when the pod cannot be told apart by its address', async () => {
    const evidence = await smoke('no-revision');
    expectPassed(evidence);
    expect(verdict(evidence, 'in-flight')).toBe('skipped');
    expect(evidence.volatile.details.join('\n')).toContain("through the API server's pod proxy");
  });

  test.each<[Fault, string[], RegExp, Partial<ClusterProject>?]>([
    ['crash-on-third', ['answers', 'alive'], /exit code 1/],
    ['exits-at-start', ['ready', 'alive'], /exit code 3/],
    // 256 KiB stay with every request: within its own control group, a pod is seen to leak.
    ['leaks', ['memory'], /It leaks/, { smoke: { requests: 100 }, resources: { memory: '224Mi' } }],
    ['ignores-sigterm', ['stop'], /had to be killed/, { smoke: { stopTimeoutMs: 2_000 } }],
    [
      'eats-memory',
      ['ready', 'alive'],
      /more memory than resources.memory \(128Mi\)/,
      { resources: { memory: '128Mi' } },
    ],
  ])('%s', async (fault, expected, text, wish) => {
    const evidence = await smoke(fault, wish);
    expect(failures(evidence)).toEqual(expected);
    expect(expected.map((id) => message(evidence, id)).join(' ')).toMatch(text);
    expect(await pods()).toEqual([]);
  });
});

describe('what the cluster cannot do is its own fault, and is said within seconds', () => {
  test('an image that does not exist', async () => {
    const missing = `${image.split('@')[0] ?? ''}@sha256:${'1'.repeat(64)}`;
    const { error, ms } = await errorOf(smoke('none', { image: missing }));
    expect(error).toMatchObject({ code: 'smoke/image-pull', kind: 'infrastructure' });
    expect(ms).toBeLessThan(20_000);
    expect(await pods()).toEqual([]);
  });

  test('more CPU than any node has', async () => {
    const { error, ms } = await errorOf(smoke('none', { resources: { cpu: '1000' } }));
    expect(error).toMatchObject({ code: 'smoke/unschedulable', kind: 'infrastructure' });
    expect(error.message).toContain('too little free cpu');
    expect(ms).toBeLessThan(20_000);
  });

  test('a Secret that is missing', async () => {
    const { error } = await errorOf(smoke('none', { deploy: { secrets: ['nothing-here'] } }));
    expect(error.code).toBe('smoke/container-config');
    expect(error.message).toContain('nothing-here');
  });

  test('a namespace that is missing, before anything is started', async () => {
    const { error } = await errorOf(smokeStage.preflight(given('none', { namespace: 'not-there' })));
    expect(error.code).toBe('smoke/no-namespace');
  });

  test('a verb that is not allowed is named', async () => {
    const rules = [{ apiGroups: [''], resources: ['pods'], verbs: ['create', 'get', 'list', 'delete'] }];
    const kubeconfig = await cluster.restrictedUser(namespace.name, rules);
    const { error } = await errorOf(smokeStage.preflight(given('none', { kubeconfig })));
    expect(error.code).toBe('kubernetes/forbidden');
    expect(error.message).toMatch(/not allowed to (patch pods|get pods\/log)/);
  });

  test('the rights that docs/smoke.md calls necessary are enough', async () => {
    const kubeconfig = await cluster.restrictedUser(namespace.name, [
      { apiGroups: [''], resources: ['pods'], verbs: ['create', 'get', 'list', 'patch', 'delete'] },
      { apiGroups: [''], resources: ['pods/log'], verbs: ['get'] },
    ]);
    await smokeStage.preflight(given('none', { kubeconfig }));
    const evidence = await smoke('none', { kubeconfig });
    expectPassed(evidence);
    // Only what is seen from within the pod needs more, and says what; so does doctor.
    expect(message(evidence, 'peak-memory')).toBe(
      `The memory of a pod is looked at from within, which was not possible: Not allowed to get and create pods/exec in namespace ${namespace.name}. Give the account a Role with the rule {apiGroups: [""], resources: [pods/exec], verbs: [get, create]}: tekton/rbac/smoke.yaml has it.`,
    );
    const check = gpuChecks.find(({ title }) => title === 'looks into pods');
    if (check === undefined) throw new Error('doctor does not look');
    const lookedAt = (account: string) => runCheck(check, given('none', { kubeconfig: account }), []);
    expect(await lookedAt(kubeconfig)).toMatchObject({
      state: 'ok',
      detail: expect.stringContaining('cannot be seen: this account may not get and create pods/exec') as string,
      hint: expect.stringContaining('tekton/rbac/smoke.yaml') as string,
    });
    expect(await lookedAt(cluster.kubeconfigPath)).toMatchObject({ state: 'ok', hint: null });
  });

  test("tekton/rbac/smoke.yaml is enough for everything, from a runner's namespace", async () => {
    await using runners = await cluster.namespace('smoke-runners');
    const file = path.join(repositoryRoot, 'tekton/rbac/smoke.yaml');
    const input = readFileSync(file, 'utf8').replace('namespace: arc-runners', `namespace: ${runners.name}`);
    await cluster.kubectl(['create', 'serviceaccount', 'ml-deploy-runner', '-n', runners.name]);
    await cluster.kubectl(['apply', '-n', namespace.name, '-f', '-'], { input });
    const kubeconfig = await cluster.kubeconfigOf(runners.name, 'ml-deploy-runner');
    await smokeStage.preflight(given('none', { kubeconfig }));
    // The server that takes the way through the API server.
    const evidence = await smoke('no-revision', { kubeconfig });
    expectPassed(evidence);
    expect(evidence.volatile.details.join('\n')).toContain("through the API server's pod proxy");
    expect(verdict(evidence, 'peak-memory')).toBe('passed');
    expect(evidence.volatile.coldStart?.pullMs).toEqual(expect.any(Number));
    expect(message(evidence, 'slowdown')).toContain('No revision of sum is stable');
    const wish = {
      kubeconfig,
      smoke: { device: 'prefer-gpu' as const },
      resources: { gpu: { count: 1, memory: null } },
    };
    const context = given('none', wish);
    const told: string[] = [];
    const reporter = { ...context.reporter, note: (_: string, text: string) => void told.push(text) };
    await smokeStage.preflight({ ...context, reporter });
    expect(told.join()).toMatch(/nobody could look for one .*not allowed to list nodes.*tested on the CPU/);
  });
});

describe('GPU', () => {
  const gpu = { gpu: { count: 1, memory: null } };

  test('required and not there: refused within 2 s, naming what was looked for', async () => {
    await cluster.withGpus(0, async () => {
      const wish = { smoke: { device: 'require-gpu' as const }, resources: gpu };
      const took = await quickest(2_000, async () => {
        const { error } = await errorOf(smokeStage.preflight(given('none', wish)));
        expect(error.code).toBe('smoke/no-gpu');
        expect(error.message).toContain('allocatable nvidia.com/gpu: none on 1 node');
      });
      expect(took).toBeLessThan(2_000);
    });
  });

  test('preferred and not there: the CPU, and the summary says so', async () => {
    await cluster.withGpus(0, async () => {
      const evidence = await smoke('none', { smoke: { device: 'prefer-gpu' }, resources: gpu });
      expect(evidence.summary).toMatch(/on the CPU instead of a GPU: .*A GPU was preferred but none was found/);
    });
  });

  test('there: the pod asks for it; what no node can give is explained within 15 s, in words', async () => {
    const holder = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'holder', namespace: namespace.name },
      spec: {
        containers: [{ name: 'holder', image, resources: { limits: { 'nvidia.com/gpu': '1' } } }],
        terminationGracePeriodSeconds: 0,
      },
    };
    const asked = (count: number, deploy: ClusterProject['deploy'] = {}) =>
      smoke('none', { smoke: { device: 'require-gpu' }, resources: { gpu: { count, memory: null } }, deploy });
    await cluster.withGpus(2, async () => {
      await cluster.apply(holder);
      await until('the holder has its GPU', async () => {
        const { spec } = await cluster.get<{ spec: { nodeName?: string } }>('pod', 'holder', '-n', namespace.name);
        return spec.nodeName !== undefined;
      });
      const elsewhere = { nodeSelector: { 'nvidia.com/gpu.product': 'NVIDIA-H100-80GB-HBM3' } };
      const evidence = await asked(1);
      const unused = await smoke('gpu-unused', {
        smoke: { device: 'require-gpu' },
        resources: { gpu: { count: 1, memory: null } },
      });
      expect(failures(unused)).toEqual(['gpu-used']);
      expect(message(unused, 'gpu-used')).toMatch(/nothing computes there, the model runs on the CPU/);
      const [taken, selected, ...refused] = await Promise.all([
        errorOf(asked(2)),
        errorOf(asked(1, elsewhere)),
        errorOf(asked(3)),
        errorOf(
          smoke('none', {
            smoke: { device: 'require-gpu' },
            resources: { gpu: { count: 1, memory: null, resource: 'nvidia.com/mig-1g.10gb' } },
          }),
        ),
        errorOf(asked(1, { runtimeClass: 'not-there' })),
      ]);
      expectPassed(evidence);
      expect(evidence.hardware.device).toBe('gpu');
      const ofGpu = ['gpu-used', 'gpu-memory', 'gpu-errors'];
      expect(ofGpu.map((id) => verdict(evidence, id))).toEqual(['passed', 'passed', 'passed']);
      expect(message(evidence, 'gpu-used')).toBe(
        'The memory in use rose while it ran, and it was busy while requests were answered.',
      );
      expect(evidence.hardware.name).toBe('NVIDIA L4');
      expect(evidence.volatile.gpu).toMatchObject({ memoryPeakMiB: 700, driver: '550.54.15', utilisation: 85 });
      expect(taken.error).toMatchObject({ code: 'smoke/unschedulable', kind: 'infrastructure' });
      expect(taken.error.message).toContain('1 node has no free GPU (nvidia.com/gpu)');
      expect(selected.error.message).toContain('1 node has other labels than deploy.nodeSelector asks for');
      // Side by side: what a busy machine adds may hit one of them.
      expect(Math.min(taken.ms, selected.ms)).toBeLessThan(15_000);
      // Nobody labelled the node: on which type of GPU the pods would run is not known, and nothing is rolled out.
      const context = given('none');
      const release = {
        ...context,
        config: { ...context.config, rollout: { ...context.config.rollout, smokedOn: 'sameGpu' as const } },
        evidence: { ...context.evidence, smoke: evidence },
      };
      const unknown = {
        code: 'rollout/gpu-unknown',
        message: expect.stringContaining('node-1 have no label') as string,
      };
      await expect(rolloutStage.run(release)).rejects.toMatchObject(unknown);
      await expect(rolloutStage.preflight(release)).rejects.toMatchObject(unknown);
      // What the nodes or the API server tell at once needs no pod.
      expect(refused.map(({ error }) => [error.code, error.kind])).toEqual([
        ['smoke/gpu-unsuitable', 'infrastructure'],
        ['smoke/no-gpu', 'infrastructure'],
        ['kubernetes/not-admitted', 'infrastructure'],
      ]);
      expect(refused[0].error.message).toContain('it has 2 in all, resources.gpu.count is 3');
      expect(refused[1].error.message).toContain(
        'allocatable nvidia.com/mig-1g.10gb: none on 1 node; in other forms, which resources.gpu.resource does not name: 2 nvidia.com/gpu on node-1',
      );
      expect(refused[2].error.message).toContain('the cluster has no RuntimeClass not-there');
      expect(Math.max(...refused.map(({ ms }) => ms))).toBeLessThan(Math.min(taken.ms, selected.ms));
      await cluster.kubectl(['delete', 'pod', 'holder', '-n', namespace.name, '--wait=false']);
      await until('all is gone', async () => (await pods()).length === 0);
    });
  });

  test('a quota that allows none: refused before anything is started, with the arithmetic', async () => {
    await using poor = await cluster.namespace('smoke-quota');
    await cluster.apply({
      apiVersion: 'v1',
      kind: 'ResourceQuota',
      metadata: { name: 'no-gpus', namespace: poor.name },
      spec: { hard: { 'requests.nvidia.com/gpu': '0' } },
    });
    await until('the quota is in force', async () => {
      const quota = await cluster.get<{ status?: { used?: object } }>('resourcequota', 'no-gpus', '-n', poor.name);
      return quota.status?.used !== undefined;
    });
    await cluster.withGpus(1, async () => {
      const wish = { namespace: poor.name, smoke: { device: 'require-gpu' as const }, resources: gpu };
      const { error } = await errorOf(smokeStage.preflight(given('none', wish)));
      expect(error).toMatchObject({ code: 'kubernetes/quota', kind: 'infrastructure' });
      expect(error.message).toContain(
        'the quota no-gpus of the namespace allows requests.nvidia.com/gpu=0, taken are requests.nvidia.com/gpu=0, asked for are requests.nvidia.com/gpu=1',
      );
    });
  });
});

describe('ends that nobody planned', () => {
  test('an interrupt removes the pod', async () => {
    const controller = new AbortController();
    const running = errorOf(smoke('never-ready', { signal: controller.signal }));
    await until('the pod is there', async () => (await pods()).length === 1);
    controller.abort();
    expect((await running).error.code).toBe('smoke/interrupted');
    expect(await pods()).toEqual([]);
  });

  test.each([30, 200, 400, 800])('an interrupt after %i ms leaves nothing', async (ms) => {
    const running = errorOf(smoke('never-ready', { signal: AbortSignal.timeout(ms) }));
    expect((await running).error).toMatchObject({ code: 'smoke/interrupted', kind: 'interrupted' });
    expect(await pods()).toEqual([]);
  });

  test('the pod of an engine that was killed is removed by the next test', async () => {
    const script = path.join(import.meta.dirname, 'fixture', 'run-stage.ts');
    const engine = spawn(process.execPath, [script, cluster.kubeconfigPath, namespace.name, image], {
      stdio: 'inherit',
    });
    await until('the pod is there', async () => (await pods()).length === 1);
    const [left] = await pods();
    engine.kill('SIGKILL');
    await once(engine, 'exit');
    const evidence = await smoke('none');
    expect(evidence.volatile.details.join('\n')).toContain(`removed ${left ?? ''}, left behind`);
    await until('it is gone', async () => (await pods()).length === 0);
  });
});
