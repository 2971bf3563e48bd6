import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { renderDockerfile } from '../../src/image/dockerfile.ts';
import { podTemplate } from '../../src/kubernetes/objects/deployment.ts';
import type { ImagePlan } from '../../src/server/image-plan.ts';
import { serverOf } from '../../src/server/index.ts';
import { podNeeds } from '../../src/server/server.ts';
import { zip } from '../../src/server/torchserve/zip.ts';
import { planned, type Planned } from './real/planned.ts';

const examples = new URL('../../examples/', import.meta.url).pathname;

function example(name: string): Promise<Planned> {
  const root = join(examples, name);
  return planned(root, readFileSync(join(root, 'mldeploy.yaml'), 'utf8'));
}

/** A project of these files; contents do not matter unless they are given. */
async function projectOf(
  files: readonly string[],
  yaml: string,
  contents: Readonly<Record<string, string | Uint8Array>> = {},
) {
  const root = mkdtempSync(join(tmpdir(), 'mldeploy-plan-'));
  for (const path of [...files, ...Object.keys(contents)]) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), contents[path] ?? 'x');
  }
  return planned(root, `version: 1\nname: m\nimage: {repository: registry.test/m}\n${yaml}`);
}

const tensors = 'inputs: [{name: x, dtype: float32, shape: [-1, 4]}], outputs: [{name: y, dtype: int64, shape: [-1]}]';

/** What a reader wants to see of a plan. */
async function shown({ config, plan }: Planned): Promise<string> {
  const { recipe } = plan;
  if (recipe.kind !== 'base') throw new Error('these servers have a base');
  const trees = plan.trees.flatMap(({ path, files }) =>
    files.map((file) => {
      const title = `--- ${join(path, file.path)}`;
      if (typeof file.content === 'string') {
        return file.path.endsWith('.py') ? `${title} (code)` : `${title}\n${file.content.trimEnd()}`;
      }
      return `${title} (archive)`;
    }),
  );
  const server = serverOf(config);
  return [
    '--- Dockerfile',
    (await renderDockerfile(recipe, true)).dockerfile.trimEnd(),
    ...trees,
    '--- weights',
    ...plan.weights.files.map(({ path, target }) => `${path} -> ${target ?? join(plan.weights.path, path)}`),
    '--- runtime, probes, environment of the pod',
    JSON.stringify([plan.runtime, server.probes(config), server.environment(config)], null, 2),
    '',
  ].join('\n');
}

describe('the plan of', () => {
  it.each(['tf-serving', 'torchserve', 'triton', 'vllm'])('%s', async (type) => {
    const project = await example(type);
    await expect(await shown(project)).toMatchFileSnapshot(`golden/${type}.txt`);
    expect(project.plan.runtime?.user).toBe('10001:10001');
    // Twice the same, to the byte.
    expect(JSON.stringify((await example(type)).plan)).toBe(JSON.stringify(project.plan));
  });
});

const targets = (plan: ImagePlan) => plan.weights.files.map(({ target }) => target);
const flags = (plan: ImagePlan) => plan.runtime?.command ?? [];
const fileOf = (plan: ImagePlan, name: string) =>
  plan.trees
    .flatMap(({ files }) => files)
    .find(({ path }) => path === name)
    ?.content.toString() ?? '';

describe('tf-serving', () => {
  const server = 'model: {path: model}\nserver: {type: tf-serving}\n';

  it('keeps the number of an exported version, and gives 1 to an export without', async () => {
    const { plan } = await projectOf(['model/7/saved_model.pb', 'model/7/variables/variables.index'], server);
    expect(targets(plan)).toEqual(['/models/m/7/saved_model.pb', '/models/m/7/variables/variables.index']);
    const other = await projectOf(['model/export/saved_model.pb', 'model/README.md'], server);
    expect(targets(other.plan)).toEqual(['/models/m/1/saved_model.pb']);
  });

  it('batches only when it is told to', async () => {
    const { plan } = await projectOf(['model/saved_model.pb'], server);
    expect(flags(plan).filter((flag) => flag.includes('batching'))).toEqual([]);
  });

  it.each([
    [['model/model.keras'], 'has no saved_model.pb'],
    [['model/1/saved_model.pb', 'model/2/saved_model.pb'], 'holds several SavedModels: 1, 2'],
  ])('refuses %j', async (files, message) => {
    await expect(projectOf(files, server)).rejects.toMatchObject({
      code: 'build/model-layout',
      message: expect.stringContaining(message) as string,
    });
  });

  it('takes the image for GPUs when the pods have some', async () => {
    const { plan } = await projectOf(['model/saved_model.pb'], `${server}resources: {gpu: {count: 1}}\n`);
    expect(plan.recipe).toMatchObject({ base: 'docker.io/tensorflow/serving:2.19.1-gpu' });
  });
});

describe('triton', () => {
  const server = (more = '') => `model: {path: model, ${tensors}}\nserver: {type: triton${more}}\n`;
  const python = { 'model.py': 'class TritonPythonModel:\n  pass\n' };

  it('without batching the first dimension is one like the others', async () => {
    const { plan } = await projectOf(['model/w.bin'], server(', entry: model.py, workers: 2'), python);
    expect(fileOf(plan, 'config.pbtxt')).toBe(`name: "m"
backend: "python"
max_batch_size: 0
input {
  name: "x"
  data_type: TYPE_FP32
  dims: [ -1, 4 ]
}
output {
  name: "y"
  data_type: TYPE_INT64
  dims: [ -1 ]
}
instance_group {
  count: 2
  kind: KIND_CPU
}
`);
    expect(targets(plan)).toEqual(['/models/m/1/w.bin']);
    expect(fileOf(plan, '1/model.py')).toContain('TritonPythonModel');
  });

  it('with batching Triton adds the first dimension', async () => {
    const batching = ', entry: model.py, batching: {maxBatch: 8, delay: 500ms}';
    const { plan } = await projectOf(['model/w.bin'], server(batching), python);
    const text = fileOf(plan, 'config.pbtxt');
    expect(text).toContain('max_batch_size: 8\n');
    expect(text).toContain('max_queue_delay_microseconds: 500000\n');
    expect(text).toContain('dims: [ 4 ]\n');
    expect(text).toContain('name: "y"\n  data_type: TYPE_INT64\n  dims: [ 1 ]\n  reshape { shape: [ ] }\n');
  });

  it('names the tensors of TorchScript by their number, and its file as Triton looks for it', async () => {
    const root = join(examples, 'torchserve');
    const { evidence, config } = await example('torchserve');
    const script = {
      ...evidence,
      model: { ...evidence.model, files: evidence.model.files.map((file) => ({ ...file, format: 'torchscript' })) },
    };
    const triton = { ...config, server: { ...config.server, type: 'triton' as const, entry: null } };
    const plan = await serverOf(triton).imagePlan(triton, script, root);
    expect(targets(plan)).toEqual(['/models/scores/1/model.pt']);
    expect(fileOf(plan, 'config.pbtxt')).toMatch(/backend: "pytorch"[^]*"INPUT__0"[^]*"OUTPUT__0"/);
  });

  it('serves a SavedModel only with an image that still can', async () => {
    const files = ['model/saved_model.pb'];
    await expect(projectOf(files, server())).rejects.toMatchObject({
      code: 'build/model-layout',
      message: expect.stringContaining('Triton 25.10 have no TensorFlow backend') as string,
    });
    const root = mkdtempSync(join(tmpdir(), 'mldeploy-plan-'));
    mkdirSync(join(root, 'model'));
    writeFileSync(join(root, 'model/saved_model.pb'), 'x');
    const base = 'nvcr.io/nvidia/tritonserver:25.02-py3';
    const { plan } = await planned(
      root,
      `version: 1\nname: m\nimage: {repository: registry.test/m, base: '${base}'}\n${server()}`,
    );
    expect(targets(plan)).toEqual(['/models/m/1/model.savedmodel/saved_model.pb']);
    expect(fileOf(plan, 'config.pbtxt')).toContain('platform: "tensorflow_savedmodel"');
  });

  const own = (text: string) => ({ 'model/config.pbtxt': text });
  const good = `name: "m" backend: "python" max_batch_size: 4
input [ { name: "x" data_type: TYPE_FP32 dims: [ 4 ] } ]
output [ { name: "y" data_type: TYPE_INT64 dims: [ 1 ] reshape { shape: [ ] } } ]`;

  it('leaves a model that brings its config.pbtxt as it is', async () => {
    const text = good.replace('dims: [ 1 ] reshape { shape: [ ] }', 'dims: [ 1 ]');
    const yaml = 'model: {path: model}\nserver: {type: triton}\n';
    const { plan } = await projectOf(['model/1/model.py'], yaml, own(text));
    expect(plan.trees).toEqual([]);
    expect(targets(plan)).toEqual(['/models/m/1/model.py', '/models/m/config.pbtxt']);
    expect(flags(plan)).toContain('--load-model=m');
  });

  it('loads a whole repository', async () => {
    const yaml = 'model: {path: model}\nserver: {type: triton}\n';
    const files = ['model/m/1/model.py', 'model/part/1/model.py'];
    const contents = {
      'model/m/config.pbtxt': 'name: "m" backend: "python"',
      'model/part/config.pbtxt': 'backend: "python"',
    };
    const { plan } = await projectOf(files, yaml, contents);
    expect(flags(plan).filter((flag) => flag.startsWith('--load-model'))).toEqual([
      '--load-model=m',
      '--load-model=part',
    ]);
    expect(targets(plan)).toContain('/models/part/1/model.py');
  });

  it.each([
    [good.replace('"m"', '"other"'), 'build/triton-config', 'calls its model other'],
    [good.replace('TYPE_FP32', 'TYPE_FP64'), 'build/triton-config', 'x is float64 here and float32 in the model'],
    [good.replace('name: "x"', 'name: "z"'), 'build/triton-config', 'differs from model.inputs: x is not in it'],
    ['name: "m', 'build/triton-config', 'has a text that does not end (line 1)'],
  ])('refuses a config.pbtxt that says %s', async (text, code, message) => {
    await expect(projectOf(['model/1/model.py'], server(), own(text))).rejects.toMatchObject({
      code,
      message: expect.stringContaining(message) as string,
    });
  });

  it.each([
    [['model/m.bin'], server(), {}, 'has neither a config.pbtxt nor'],
    [
      ['model/m.bin'],
      server(', entry: model.py'),
      { 'model.py': 'def load(): pass' },
      'defines no class TritonPythonModel',
    ],
    [['model/m.bin'], 'model: {path: model}\nserver: {type: triton, entry: model.py}\n', python, 'are not known'],
    [
      ['model/m.bin'],
      server(', entry: model.py, batching: {maxBatch: 4}').replace('[-1, 4]', '[1, 4]'),
      python,
      'the tensor x has no first dimension of any size',
    ],
    [
      ['model/other/1/model.py'],
      server(),
      { 'model/other/config.pbtxt': 'backend: "python"' },
      'has no model m at its top',
    ],
    [
      ['model/1/model.py'],
      server(),
      { 'model/config.pbtxt': 'backend: "python"', 'model/part/config.pbtxt': 'backend: "python"' },
      'a config.pbtxt at its top, which makes it one model, and others below: part/config.pbtxt',
    ],
    [
      ['model/all/m/1/model.py'],
      server(),
      { 'model/all/m/config.pbtxt': 'backend: "python"' },
      'all/m/config.pbtxt lies too deep',
    ],
  ])('refuses %j', async (files, yaml, contents, message) => {
    await expect(projectOf(files, yaml, contents)).rejects.toMatchObject({
      code: 'build/model-layout',
      message: expect.stringContaining(message) as string,
    });
  });
});

describe('torchserve', () => {
  const server = (more = '') => `model: {path: model, ${tensors}}\nserver: {type: torchserve${more}}\n`;

  it('a model archive of the user is served as it is', async () => {
    const { plan } = await projectOf(['model/fraud.mar'], server());
    expect(targets(plan)).toEqual(['/model-store/m.mar']);
    expect(plan.trees.map(({ path }) => path)).toEqual(['/config']);
    expect(fileOf(plan, 'config.properties')).toContain('models={"m":{"1.0":{');
  });

  it('and its settings are for the version that its manifest gives it', async () => {
    const manifest = JSON.stringify({ model: { modelName: 'fraud', modelVersion: '2.5', handler: 'text_classifier' } });
    const archive = zip([{ path: 'MAR-INF/MANIFEST.json', content: Buffer.from(manifest) }]);
    const { plan } = await projectOf([], server(', workers: 3'), { 'model/fraud.mar': archive });
    expect(fileOf(plan, 'config.properties')).toContain(
      'models={"m":{"2.5":{"defaultVersion":true,"marName":"m.mar","minWorkers":3,',
    );
  });

  it('opens no management port to others, and needs no token at the two that are open', async () => {
    const { plan } = await projectOf(['model/w.pt'], server(', entry: inference.py'), { 'inference.py': 'x' });
    const text = fileOf(plan, 'config.properties');
    expect(text).toContain('management_address=http://127.0.0.1:8081\n');
    expect(text).toContain('disable_token_authorization=true\n');
    expect(text).toContain('enable_model_api=false\n');
    expect(plan.runtime?.ports).toEqual([8080, 8082]);
  });

  it.each([
    [['model/w.pt'], server(), 'does not hold exactly one TorchScript file'],
    [['model/w.pt'], 'model: {path: model}\nserver: {type: torchserve}\n', 'does not name its inputs'],
    [['model/a.mar', 'model/b.mar'], server(), 'holds 2 model archives'],
  ])('refuses %j', async (files, yaml, message) => {
    await expect(projectOf(files, yaml)).rejects.toMatchObject({
      code: 'build/model-layout',
      message: expect.stringContaining(message) as string,
    });
  });
});

describe('vllm', () => {
  const yaml = (more = '') => `model: {path: model}\nserver: {type: vllm${more}}\nresources: {gpu: {count: 4}}\n`;
  const config = { 'model/config.json': '{"architectures": ["LlamaForCausalLM"]}' };

  it('takes the GPUs of the pod and the arguments of the user', async () => {
    const args = ', vllm: {gpuMemory: 85%, args: [--enable-prefix-caching, --max-num-seqs=64]}';
    const { plan } = await projectOf(['model/model.safetensors'], yaml(args), config);
    expect(flags(plan).slice(3)).toEqual([
      '--dtype=auto',
      '--gpu-memory-utilization=0.85',
      '--tensor-parallel-size=4',
      '--enable-prefix-caching',
      '--max-num-seqs=64',
    ]);
  });

  it('gives several GPUs shared memory, and a single one nothing', async () => {
    const pods = async (count: number) => {
      const text = yaml().replace('count: 4', `count: ${count}`);
      const { config: parsed } = await projectOf(['model/model.safetensors'], text, config);
      const facts = { config: parsed, revision: 'r1', image: 'i', modelDigest: null, replicas: 1, epoch: 1 };
      return JSON.stringify(podTemplate({ ...facts, ...podNeeds(serverOf(parsed), parsed) }));
    };
    expect(await pods(2)).toContain('{"name":"shm","emptyDir":{"medium":"Memory","sizeLimit":"2Gi"}}');
    expect(await pods(2)).toContain('{"name":"shm","mountPath":"/dev/shm"}');
    expect(await pods(1)).not.toContain('shm');
  });

  it.each([
    [['model/model.safetensors'], {}, 'has no config.json'],
    [['model/pytorch_model.bin'], config, 'has no .safetensors file'],
    [
      ['model/model.safetensors'],
      { 'model/config.json': '{"auto_map": {"AutoModel": "x.Y"}}' },
      'wants code of its own',
    ],
  ])('refuses %j', async (files, contents, message) => {
    await expect(projectOf(files, yaml(), contents)).rejects.toMatchObject({
      code: 'build/model-layout',
      message: expect.stringContaining(message) as string,
    });
  });

  it('a file that is gone since validation is said to be missing', async () => {
    const { root, config: parsed, evidence } = await projectOf(['model/model.safetensors'], yaml(), config);
    rmSync(join(root, 'model/config.json'));
    await expect(serverOf(parsed).imagePlan(parsed, evidence, root)).rejects.toMatchObject({
      code: 'build/file-missing',
      message: expect.stringContaining('model/config.json') as string,
    });
  });

  it.each([
    ['--trust-remote-code', 'lets files of the model run code'],
    ['--port=1', 'is set by ml-deploy'],
    ['--api-key=secret', 'would put a secret'],
  ])('refuses the argument %s', async (argument, message) => {
    await expect(projectOf(['model/model.safetensors'], yaml(`, vllm: {args: [${argument}]}`), config)).rejects.toThrow(
      message,
    );
  });
});
