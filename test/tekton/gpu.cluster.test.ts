import { chownSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import type { SmokeEvidence } from '../../src/pipeline/evidence.ts';
import { ensureCluster, type Cluster, type TestNamespace } from '../cluster/cluster.ts';
import { buildImage } from '../cluster/server-image/build.ts';
import { repositoryRoot } from '../cluster/state.ts';
import { hostImages, hostProject, terminal } from '../hosts/host-project.ts';
import { built } from '../rollout/project.ts';
import { claimFolder, installTasks, podLogs, run } from './run.ts';

// The example of docs/tekton.md for GPUs, with the Task, the sample and the Role as they are in the repository: the account may not look at nodes.

let cluster: Cluster;
let space: TestNamespace;
let engine: string;
let image: string;
let folder: string;

beforeAll(async () => {
  cluster = await ensureCluster({ components: ['tekton'] });
  const fixture = join(repositoryRoot, 'test/smoke/fixture');
  [{ engine }, image, space] = await Promise.all([
    hostImages(cluster),
    buildImage(cluster, fixture, 'test/smoke-fixture'),
    cluster.namespace('tekton-gpu'),
  ]);
  const runtimeClass = { apiVersion: 'node.k8s.io/v1', kind: 'RuntimeClass', handler: 'runc' };
  await cluster.apply({ ...runtimeClass, metadata: { name: 'nvidia' } });
  await installTasks(cluster, space.name);
  folder = hostProject(cluster, { namespace: space.name });
  writeFileSync(join(folder, 'mldeploy.yaml'), stringify(example()));
  for (const environment of ['production', 'cpu']) {
    const evidence = join(folder, '.mldeploy', environment);
    mkdirSync(evidence, { recursive: true });
    writeFileSync(join(evidence, 'build.json'), JSON.stringify({ ...built(image).build, environment }));
    for (const path of [join(folder, '.mldeploy'), evidence]) chownSync(path, 65532, 65532);
  }
  await claimFolder(cluster, space.name, 'source', folder);
});

afterAll(async () => {
  await cluster.kubectl(['delete', 'pv', '--ignore-not-found', '--wait=false', `${space.name}-source`]);
  await space[Symbol.asyncDispose]();
});

/** What the page shows, in this namespace, of a size that this node has, and with a limit that a busy machine keeps. */
function example(): object {
  const page = readFileSync(join(repositoryRoot, 'docs/tekton.md'), 'utf8');
  const shown = parse(/```yaml\n(smoke:[^`]*)```/.exec(page)?.[1] ?? '') as Record<string, object>;
  return {
    version: 1,
    name: 'fraud',
    model: { path: 'model/' },
    server: { type: 'fastapi' },
    image: { repository: image.split('@')[0], insecure: true },
    ...shown,
    rollout: { ...shown['rollout'], watchdog: 'off' },
    smoke: { ...shown['smoke'], maxSlowdown: '2000%' },
    resources: { ...shown['resources'], cpu: '10m', memory: '128Mi' },
    deploy: { ...shown['deploy'], namespace: space.name, replicas: 1 },
    environments: { production: {}, cpu: { smoke: { device: 'cpu' }, rollout: { smokedOn: null } } },
  };
}

/** Runs a sample of the Task with this test's engine. */
async function task(sample: string): Promise<void> {
  const { status } = await run(cluster, space.name, `tekton/task/ml-deploy/samples/${sample}`, (spec) => ({
    ...spec,
    params: [...(spec['params'] as readonly object[]), { name: 'engineImage', value: engine }],
  }));
  expect(status?.conditions?.[0]?.status, await podLogs(cluster, space.name)).toBe('True');
}

const evidence = (environment = 'production'): SmokeEvidence =>
  JSON.parse(readFileSync(join(folder, '.mldeploy', environment, 'smoke.json'), 'utf8')) as SmokeEvidence;
const message = ({ checks }: SmokeEvidence, id: string): string =>
  checks.find((check) => check.id === id)?.message ?? '';

it('tests the image in a pod with a GPU, rolls it out on the same type, and holds the next test against its figures', async () => {
  const label = (...change: string[]) => cluster.kubectl(['label', 'node', cluster.state.node, ...change]);
  await cluster.withGpus(2, async () => {
    await label('nvidia.com/gpu.product=NVIDIA-L4');
    try {
      await task('smoke-gpu.yaml');
      const tested = evidence();
      expect(tested).toMatchObject({
        outcome: 'passed',
        runtime: 'kubernetes',
        imageReference: image,
        hardware: { device: 'gpu', name: 'NVIDIA-L4' },
      });
      expect(message(tested, 'device')).toContain('not allowed to list nodes, so the scheduler decides');
      expect(await cluster.kubectl(['get', 'pods', '-n', space.name, '-l', 'mldeploy/smoke', '-o', 'name'])).toBe('');

      // The same account outside of a Task: TaskRuns that roll out are in pipeline.cluster.test.ts.
      const kubeconfig = await cluster.kubeconfigOf(space.name, 'ml-deploy');
      const mine = (command: string, environment: string): Promise<void> =>
        terminal(folder, [command, `--environment=${environment}`, `--kubeconfig=${kubeconfig}`], {});
      await mine('rollout', 'production');
      await Promise.all([mine('smoke', 'production'), mine('smoke', 'cpu')]);
      expect(message(evidence(), 'slowdown')).toBe('Not slower than the stable revision r1 beyond chance and 2000 %.');
      expect(evidence().volatile.comparedWith).toMatchObject({ image, latencyMs: tested.volatile.latencyMs });
      expect(message(evidence('cpu'), 'slowdown')).toMatch(
        /^The figures of the stable revision r1 do not compare: they were measured on other hardware \(CPU of the cluster now, NVIDIA-L4 then\)\.$/,
      );
    } finally {
      await label('nvidia.com/gpu.product-');
    }
  });
});
