import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
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

// The servers whose images cannot be pulled here: each example is validated, built on a stand-in of the same layout around a real server,
// started in the cluster without root and on a read-only root, and smoke-tested with its golden requests.
const examples = new URL('../../examples/', import.meta.url).pathname;
let cluster: Cluster;

beforeAll(async () => {
  cluster = await ensureCluster();
});

it.each(['vllm', 'triton', 'tf-serving', 'torchserve'])('%s', async (type) => {
  const base = await standInBase(cluster, type);
  const root = mkdtempSync(join(tmpdir(), 'mldeploy-stand-in-'));
  await using namespace = await cluster.namespace('servers');
  try {
    cpSync(join(examples, type), root, { recursive: true });
    writeFileSync(join(root, 'model.py'), tritonEntry);
    const context = contextOf(root, base, namespace.name);
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
function contextOf(root: string, base: string, namespace: string): StageContext {
  const written = readFileSync(join(root, 'mldeploy.yaml'), 'utf8')
    .split('\n')
    .filter((line) => !/^(image|resources|smoke):/.test(line))
    .join('\n')
    // The tritonserver of the stand-in has the backend for Python alone.
    .replace('type: triton', 'type: triton, entry: model.py')
    // Less than the smoke test would ask for by itself.
    .replace('maxBatch: 32', 'maxBatch: 12');
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

const tritonEntry = `
import os, onnxruntime
import triton_python_backend_utils as utils

class TritonPythonModel:
    def initialize(self, args):
        path = os.path.join(args["model_repository"], args["model_version"], "scores.onnx")
        self.session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])

    def execute(self, requests):
        given = [utils.get_input_tensor_by_name(request, "x").as_numpy() for request in requests]
        answers = [self.session.run(["scores"], {"x": rows})[0] for rows in given]
        return [utils.InferenceResponse([utils.Tensor("scores", answer)]) for answer in answers]
`;
