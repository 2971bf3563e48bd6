import { cpSync, mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import { expect, it } from 'vitest';

import { parseConfig } from '../../src/config/load.ts';
import { buildStage } from '../../src/image/stage.ts';
import { validateStage } from '../../src/model/stage.ts';
import { silentReporter } from '../../src/pipeline/reporter.ts';
import type { StageContext } from '../../src/pipeline/stage.ts';
import { smokeStage } from '../../src/smoke/stage.ts';
import { ensureCluster, type Cluster } from '../cluster/cluster.ts';
import { project } from '../image/project.ts';

const examples = new URL('../../examples/', import.meta.url).pathname;

function contextOf(cluster: Cluster, name: string, namespace: string): StageContext {
  const root = mkdtempSync(join(tmpdir(), `mldeploy-${name}-`));
  cpSync(join(examples, name), root, { recursive: true });
  const image = `image: {repository: ${cluster.registry}/examples/${name}, insecure: true, secrets: {ca: ${cluster.caBundlePath}}}`;
  const yaml = readFileSync(join(root, 'mldeploy.yaml'), 'utf8').replace(/^image: .*$/m, image);
  const more = `resources: {cpu: 100m, memory: 512Mi}\ndeploy: {namespace: ${namespace}}\n`;
  const access = {
    kubeconfig: cluster.kubeconfigPath,
    buildkit: cluster.buildkitAddress,
    environment: { PATH: `${dirname(cluster.state.buildctl)}:${process.env['PATH'] ?? ''}` },
  };
  const base = project({ root, repository: `${cluster.registry}/examples/${name}`, access, reporter: silentReporter });
  return { ...base, config: parseConfig(yaml + more, 'mldeploy.yaml', null), evidence: {} };
}

// Minutes: what they install comes from the package index.
it.each(['onnxruntime', 'fastapi', 'custom'])(
  'the example %s is validated, built by BuildKit, and answers its golden requests in the cluster',
  async (name) => {
    const cluster = await ensureCluster();
    await using namespace = await cluster.namespace(`example-${name}`);
    const context = contextOf(cluster, name, namespace.name);
    const validate = await validateStage.run(context);
    const validated = { ...context, evidence: { validate } };
    await buildStage.preflight(validated);
    const build = await buildStage.run(validated);
    expect(build.outcome).toBe('passed');
    expect(build.image.layers.some(({ kind }) => kind === 'weights')).toBe(true);
    const smoke = await smokeStage.run({ ...context, evidence: { validate, build } });
    expect(smoke.checks.filter(({ verdict }) => verdict === 'failed')).toEqual([]);
    expect(smoke.checks.find(({ id }) => id === 'golden')).toMatchObject({ verdict: 'passed' });
    expect(smoke.outcome).toBe('passed');
  },
);
