import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import { beforeAll, expect, it } from 'vitest';

import { parseConfig } from '../../src/config/load.ts';
import { buildStage } from '../../src/image/stage.ts';
import { validateStage } from '../../src/model/stage.ts';
import type { StageContext } from '../../src/pipeline/stage.ts';
import { smokeStage } from '../../src/smoke/stage.ts';
import { ensureCluster, type Cluster } from '../cluster/cluster.ts';
import { project } from '../image/project.ts';
import { standInBase } from './real/base.ts';
import { standInExample, standIns } from './real/stand-in-project.ts';

// The servers whose images cannot be pulled here: each example is validated, built on a stand-in of the same layout around a real server,
// started in the cluster without root and on a read-only root, and smoke-tested with its golden requests.
let cluster: Cluster;

beforeAll(async () => {
  cluster = await ensureCluster();
});

it.each(standIns)('%s', async (type) => {
  const base = await standInBase(cluster, type);
  const root = mkdtempSync(join(tmpdir(), 'mldeploy-stand-in-'));
  await using namespace = await cluster.namespace('servers');
  try {
    const context = contextOf(type, root, base, namespace.name);
    const validate = await validateStage.run(context);
    expect(validate.verdict).toBe('clean');
    const validated = { ...context, evidence: { validate } };
    await buildStage.preflight(validated);
    const build = await buildStage.run(validated);
    expect(build.image.user).toBe('10001:10001');
    const smoke = await smokeStage.run({ ...validated, evidence: { validate, build } });
    const failed = smoke.checks.filter(({ verdict }) => verdict === 'failed');
    expect(failed.map(({ id, message }) => `${id}: ${message}\n${smoke.volatile.details.join('\n')}`)).toEqual([]);
    expect(smoke.outcome).toBe('passed');
    const passed = smoke.checks.filter(({ verdict }) => verdict === 'passed').map(({ id }) => id);
    expect(passed).toEqual(
      expect.arrayContaining([
        'image',
        'non-root',
        'ready',
        'answers',
        'golden',
        'same-twice',
        'malformed',
        'latency',
        'stop',
      ]),
    );
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
});

/** The example as it is, but for where things are; there are no GPUs. */
function contextOf(type: string, root: string, base: string, namespace: string): StageContext {
  const written = standInExample(type, root);
  const repository = `${cluster.registry}/stand-in-test/${Date.now().toString(36)}`;
  const config = parseConfig(
    `${written}
image: {repository: '${repository}', base: '${base}', insecure: true, builder: buildkit}
resources: {cpu: 100m, memory: 2Gi}
deploy: {namespace: ${namespace}}
smoke: {golden: golden.json, runtime: kubernetes, readyTimeout: 4m, requests: 10, device: cpu}
`,
    'mldeploy.yaml',
    null,
  );
  const access = {
    kubeconfig: cluster.kubeconfigPath,
    buildkit: cluster.buildkitAddress,
    environment: { PATH: `${dirname(cluster.state.buildctl)}:${process.env['PATH'] ?? ''}` },
  };
  return { ...project({ root, repository, access }), config };
}
