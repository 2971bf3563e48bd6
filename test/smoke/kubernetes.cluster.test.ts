import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { MlDeployError } from '../../src/errors.ts';
import { imageIndex } from '../../src/oci/image-index.ts';
import { mediaTypes } from '../../src/oci/manifest.ts';
import type { BuildEvidence, SmokeEvidence } from '../../src/pipeline/evidence.ts';
import { smokeStage } from '../../src/smoke/stage.ts';
import { type Cluster, ensureCluster, type TestNamespace } from '../cluster/cluster.ts';
import { until } from '../cluster/poll.ts';
import { buildImage } from '../cluster/server-image/build.ts';
import { client } from '../image/builders/oci/small-base.ts';
import { clusterProject, type ClusterProject } from './fixture/cluster-project.ts';
import { message, verdict } from './fixture/project.ts';
import type { Fault } from './fixture/server.ts';

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
    expect(evidence.checks.filter(({ verdict: one }) => one !== 'passed').map(({ id }) => id)).toEqual([
      'golden',
      'memory',
    ]);
    expect(evidence.outcome).toBe('passed');
    expect(evidence.imageReference).toBe(image);
    expect(evidence.hardware.device).toBe('cpu');
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
    expect(evidence.outcome).toBe('passed');
    expect(verdict(evidence, 'image')).toBe('passed');
  });

  test('requests take the API server’s proxy when the pod cannot be told apart by its address', async () => {
    const evidence = await smoke('no-revision');
    expect(evidence.outcome).toBe('passed');
    expect(verdict(evidence, 'in-flight')).toBe('skipped');
    expect(evidence.volatile.details.join('\n')).toContain("through the API server's pod proxy");
  });

  test.each<[Fault, string[], RegExp, Partial<ClusterProject>?]>([
    ['crash-on-third', ['answers', 'alive'], /exit code 1/],
    ['exits-at-start', ['ready', 'alive'], /exit code 3/],
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

  test('the rights that docs/smoke.md lists are enough', async () => {
    const kubeconfig = await cluster.restrictedUser(namespace.name, [
      { apiGroups: [''], resources: ['pods'], verbs: ['create', 'get', 'list', 'patch', 'delete'] },
      { apiGroups: [''], resources: ['pods/log'], verbs: ['get'] },
    ]);
    await smokeStage.preflight(given('none', { kubeconfig }));
    expect((await smoke('none', { kubeconfig })).outcome).toBe('passed');
  });
});

describe('GPU', () => {
  const gpu = { gpu: { count: 1, memory: null } };

  test('required and not there: refused within 2 s, naming what was looked for', async () => {
    await cluster.withGpus(0, async () => {
      const wish = { smoke: { device: 'require-gpu' as const }, resources: gpu };
      const { error, ms } = await errorOf(smokeStage.preflight(given('none', wish)));
      expect(error.code).toBe('smoke/no-gpu');
      expect(error.message).toContain('allocatable nvidia.com/gpu: none on 1 node');
      expect(ms).toBeLessThan(2_000);
    });
  });

  test('preferred and not there: the CPU, and the summary says so', async () => {
    await cluster.withGpus(0, async () => {
      const evidence = await smoke('none', { smoke: { device: 'prefer-gpu' }, resources: gpu });
      expect(evidence.summary).toContain('on the CPU, since no GPU was found');
    });
  });

  test('there: the pod asks for it', async () => {
    await cluster.withGpus(1, async () => {
      const evidence = await smoke('none', { smoke: { device: 'require-gpu' }, resources: gpu });
      expect(evidence.outcome).toBe('passed');
      expect(evidence.hardware.device).toBe('gpu');
      const { error } = await errorOf(
        smoke('none', { smoke: { device: 'require-gpu' }, resources: { gpu: { count: 4, memory: null } } }),
      );
      expect(error.message).toContain('no free GPU');
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
