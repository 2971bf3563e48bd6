import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ensureCluster, type Cluster, type TestNamespace } from '../cluster/cluster.ts';
import { hostImages, hostProject, steadyEvidence, terminal, type HostImages } from '../hosts/host-project.ts';
import { claimFolder, installTasks, podLogs, run, type Run } from './run.ts';

// Our Tasks and the Pipeline as they are in the repository, run by Tekton.

let cluster: Cluster;
let images: HostImages;
let space: TestNamespace;

beforeAll(async () => {
  cluster = await ensureCluster({ components: ['tekton'] });
  images = await hostImages(cluster);
  space = await cluster.namespace('tekton');
  await installTasks(cluster, space.name);
});

afterAll(async () => {
  await cluster.kubectl([
    'delete',
    'pv',
    '--ignore-not-found',
    '--wait=false',
    ...['source', 'broken', 'building'].map((name) => `${space.name}-${name}`),
  ]);
  await space[Symbol.asyncDispose]();
});

const resultsOf = ({ status }: Run): Record<string, string> =>
  Object.fromEntries((status?.results ?? []).map(({ name, value }) => [name, value]));

const param = (name: string, value: unknown): object => ({ name, value });

/** The repository's own sample, with this test's names in it. */
function pipelineRun(command: string, claim: string, args: readonly string[]) {
  return (spec: Record<string, unknown>): Record<string, unknown> => ({
    ...spec,
    params: [
      param('name', 'fraud'),
      param('namespace', space.name),
      param('command', command),
      param('args', args),
      param('engineImage', images.engine),
    ],
    workspaces: [{ name: 'source', persistentVolumeClaim: { claimName: claim } }],
  });
}

describe('on Tekton', () => {
  it('a PipelineRun validates and rolls out, with the same evidence as in a terminal', async () => {
    await using here = await cluster.namespace('terminal');
    const options = { watchdog: images.engine, replicas: 1 };
    const mine = hostProject(cluster, { ...options, namespace: here.name });
    await terminal(mine, ['validate'], {});
    await terminal(mine, ['rollout', `--image=${images.server}`, `--kubeconfig=${cluster.kubeconfigPath}`], {});

    const folder = hostProject(cluster, { ...options, namespace: space.name });
    await claimFolder(cluster, space.name, 'source', folder);
    for (const [command, args] of [
      ['validate', []],
      ['rollout', [`--image=${images.server}`]],
    ] as const) {
      const ended = await run(cluster, space.name, 'tekton/pipeline/run.yaml', pipelineRun(command, 'source', args));
      expect(ended.status?.conditions?.[0]?.status, await podLogs(cluster, space.name)).toBe('True');
      expect(steadyEvidence(folder, command, space.name)).toEqual(steadyEvidence(mine, command, here.name));
      const task = await taskOf(ended, 'deploy');
      const [IMAGE_URL = '', IMAGE_DIGEST = ''] = images.server.split('@');
      expect(resultsOf(task)).toEqual(
        command === 'validate'
          ? { verdict: 'clean', decision: '', IMAGE_URL: '', IMAGE_DIGEST: '' }
          : { verdict: 'clean', decision: 'promote', IMAGE_URL, IMAGE_DIGEST },
      );
    }
  });

  it('builds in a pod without a daemon, privileges or root', async () => {
    const folder = hostProject(cluster, { namespace: space.name });
    const repository = `${cluster.registry}/${space.name}/fraud`;
    const base = `${cluster.registry}/library/python:3.12-slim`;
    const file = join(folder, 'mldeploy.yaml');
    const project = readFileSync(file, 'utf8')
      .replace('{type: fastapi}', '{type: fastapi, entry: inference.py, requirements: requirements.txt}')
      .replace(
        'image: {repository: registry.test/fraud}',
        `image: {repository: ${repository}, base: "${base}", insecure: true, builder: oci, secrets: {ca: ca.crt}}`,
      );
    writeFileSync(file, project);
    copyFileSync(cluster.caBundlePath, join(folder, 'ca.crt'));
    writeFileSync(join(folder, 'requirements.txt'), '');
    writeFileSync(join(folder, 'inference.py'), 'def load(d): return 1\ndef predict(m, i): return i\n');
    await claimFolder(cluster, space.name, 'building', folder);
    for (const command of ['validate', 'build']) {
      const ended = await run(cluster, space.name, 'tekton/pipeline/run.yaml', pipelineRun(command, 'building', []));
      expect(ended.status?.conditions?.[0]?.status, await podLogs(cluster, space.name)).toBe('True');
      if (command === 'validate') continue;
      const { IMAGE_URL, IMAGE_DIGEST = '' } = resultsOf(await taskOf(ended, 'deploy'));
      expect(IMAGE_URL).toBe(repository);
      const accept = 'application/vnd.oci.image.manifest.v1+json';
      const url = `http://${cluster.registry}/v2/${space.name}/fraud/manifests/${IMAGE_DIGEST}`;
      expect((await fetch(url, { headers: { accept } })).status).toBe(200);
    }
  });

  it('a run that fails hands over its results and runs `finally`, which leaves the stable revision alone', async () => {
    const folder = hostProject(cluster, {
      namespace: space.name,
      watchdog: images.engine,
      replicas: 1,
      env: { FAKE_NEVER_READY: '1' },
      rollout: { readyTimeout: '5s' },
    });
    await claimFolder(cluster, space.name, 'broken', folder);
    const change = pipelineRun('rollout', 'broken', [`--image=${images.server}`]);
    const ended = await run(cluster, space.name, 'tekton/pipeline/run.yaml', change);
    expect(ended.status?.conditions?.[0]?.status).toBe('False');
    expect(resultsOf(await taskOf(ended, 'deploy'))).toMatchObject({
      decision: expect.stringMatching(/^(rollback|none)$/) as string,
    });
    const restore = await taskOf(ended, 'restore');
    expect(restore.status?.conditions?.[0]?.status).toBe('True');
    expect(resultsOf(restore)).toEqual({ decision: 'none' });
    const ready = '{.spec.selector.revision} {.spec.selector.app}';
    expect(await cluster.kubectl(['get', 'service', 'fraud', '-n', space.name, '-o', `jsonpath=${ready}`])).toBe(
      'r1 fraud',
    );
  });

  it('the tests that come with the Tasks pass', async () => {
    const engine = [param('engineImage', images.engine)];
    for (const name of ['ml-deploy', 'ml-deploy-rollback']) {
      const ended = await run(cluster, space.name, `tekton/task/${name}/tests/run.yaml`, (spec) => ({
        ...spec,
        params: [...(spec['params'] as object[]), ...engine]
          .filter((one) => (one as { name: string }).name !== 'namespace')
          .concat(name === 'ml-deploy-rollback' ? [param('namespace', space.name)] : []),
      }));
      expect(ended.status?.conditions?.[0]?.status, await podLogs(cluster, space.name)).toBe('True');
    }
  });
});

async function taskOf(pipelineRun: Run, task: string): Promise<Run> {
  const child = pipelineRun.status?.childReferences?.find(({ pipelineTaskName }) => pipelineTaskName === task);
  if (child === undefined) throw new Error(`the run has no task ${task}: ${JSON.stringify(pipelineRun.status)}`);
  return cluster.get<Run>('taskrun', child.name, '-n', space.name);
}
