import { readFileSync } from 'node:fs';
import { benign, dangerous, remarked, suspicious, unchecked, type CorpusCase } from './case.ts';

const modules = (type: string, path = ''): string => JSON.stringify([{ idx: 0, name: '0', path, type }]);
const types = (type: string): string => JSON.stringify({ types: { a: type }, structure: { query: ['a'] } });
const sequential = (...layers: readonly object[]): object => ({
  class_name: 'Sequential',
  config: { name: 's', layers },
  keras_version: '2.15.0',
  backend: 'tensorflow',
});
const dense = { class_name: 'Dense', config: { name: 'd', units: 1, activation: 'relu' } };
const lambda = {
  class_name: 'Lambda',
  config: { name: 'l', function: ['4wAAAA==', null, null], function_type: 'lambda' },
};
const config = (value: object, file = 'config.json') => [{ [file]: JSON.stringify(value) }] as const;
const triton = (file: string, content: string) => ({
  'm/config.pbtxt': `name: "m"\nbackend: "python"\n${file === 'model.py' ? '' : `default_model_filename: "${file}"\n`}`,
  [`m/1/${file}`]: content,
});
const booster = (): object =>
  JSON.parse(readFileSync(new URL('../fixtures/real/trees/xgboost-binary.json', import.meta.url), 'utf8')) as object;
const remote = ['json/remote-code'];

const mar = (handler: string): readonly CorpusCase[] => [
  suspicious('named code: a handler of an unpacked model archive', ['format/code'], {
    'm/MAR-INF/MANIFEST.json': JSON.stringify({ model: { modelName: 'm', handler, modelVersion: '1.0' } }),
    [`m/${handler}`]: 'import os\n',
  }),
  benign('named code: an unpacked model archive with a handler of TorchServe', {
    'm/MAR-INF/MANIFEST.json': JSON.stringify({ model: { modelName: 'm', handler: 'text_classifier' } }),
    'm/index_to_name.json': '{"0": "a"}',
  }),
];

const vllm = (settings: object): Record<string, string> => ({
  'm/config.pbtxt': 'name: "m"\nbackend: "vllm"\n',
  'm/1/model.json': JSON.stringify(settings),
  'm/1/weights/config.json': '{"model_type": "llama"}',
});
const adapter = (base: string): string => JSON.stringify({ peft_type: 'LORA', base_model_name_or_path: base });
const weightsOfOthers = [
  benign('weights of others: in the folder', vllm({ model: '/models/m/1/weights', tokenizer: './weights' })),
  ...[{ model: 'org/name' }, { model: 'm/1' }, { model: 'name' }, { model: '/elsewhere/weights/x' }, {}].map(
    (settings) =>
      unchecked(`weights of others: ${JSON.stringify(settings)} for vLLM`, ['triton/remote-weights'], vllm(settings)),
  ),
  unchecked(
    'weights of others: what speculates',
    ['triton/remote-weights'],
    vllm({ model: '/models/m/1/weights', speculative_config: { model: 'org/draft' } }),
  ),
  unchecked('weights of others: adapters for vLLM', ['triton/remote-weights'], {
    ...vllm({ model: '/models/m/1/weights' }),
    'm/1/multi_lora.json': '{"a": "org/adapter"}',
  }),
  ...['org/name', '/home/me/base'].map((base) =>
    remarked(`weights of others: an adapter for ${base}`, ['hugging-face/base'], {
      'adapter_config.json': adapter(base),
      'README.md': '# Adapter\n',
    }),
  ),
  benign('weights of others: an adapter in the folder of its base', {
    'config.json': '{"model_type": "llama"}',
    'adapter/adapter_config.json': adapter('..'),
  }),
];

const pipeline = (parts: object): readonly [string, string] => [
  'model_index.json',
  JSON.stringify({ _class_name: 'StableDiffusionPipeline', _diffusers_version: '0.30.0', ...parts }),
];
const constructed = [
  benign(
    'constructed: a pipeline of diffusers',
    ...pipeline({
      feature_extractor: [null, null],
      image_encoder: [null, null],
      requires_safety_checker: true,
      safety_checker: ['stable_diffusion', 'StableDiffusionSafetyChecker'],
      scheduler: ['diffusers', 'PNDMScheduler'],
      text_encoder: ['transformers', 'CLIPTextModel'],
    }),
  ),
  ...[{ unet: ['somebody', 'Unet'] }, { unet: ['os.path', 'x'] }, { _class_name: ['my_pipeline', 'P'] }].map((parts) =>
    suspicious(`constructed: ${JSON.stringify(parts)} of diffusers`, ['hugging-face/module'], ...pipeline(parts)),
  ),
  suspicious(
    'constructed: jsonargparse',
    ['yaml/remote-code'],
    'config.yaml',
    'model:\n  class_path: somebody.Model\n',
  ),
  benign('constructed: a class of jsonargparse by its name', 'config.yaml', 'optimizer:\n  class_path: Adam\n'),
  suspicious(
    'constructed: latent diffusion',
    ['yaml/remote-code'],
    'v1-inference.yaml',
    'model:\n  target: somebody.Model\n  params:\n    linear_start: 0.1\n',
  ),
  suspicious('constructed: a target in JSON', remote, ...config({ model: { target: 'os.system', params: {} } })),
  suspicious('constructed: Hydra', ['yaml/remote-code'], 'config.yaml', 'model:\n  _target_: somebody.Model\n'),
  benign('constructed: other targets', ...config({ target: 'label', task: { target: 'model.onnx' } })),
];

/** Configurations that name code of others, which libraries import and call. */
export const namedCodeCases: readonly CorpusCase[] = [
  benign('named code: layers of Keras without weights', ...config(sequential(dense), 'model.json')),
  dangerous(
    'named code: a Lambda of Keras without weights',
    ['keras/lambda'],
    ...config(sequential(lambda), 'model.json'),
  ),
  dangerous(
    'named code: a Lambda for TensorFlow.js',
    ['keras/lambda'],
    ...config({ format: 'layers-model', modelTopology: { model_config: sequential(lambda) } }, 'model.json'),
  ),
  dangerous(
    'named code: a function as an object of Keras 3',
    ['keras/module'],
    ...config({ module: 'builtins', class_name: 'eval', config: '1', registered_name: null }),
  ),
  ...[
    ['a template', { chat_template: "{{ ''.__class__ }}" }, 'template/escape'],
    ['a Lambda', lambda, 'keras/lambda'],
  ].map(([name, keys, rule]) =>
    dangerous(`named code: ${name as string} in a model of XGBoost`, [rule as string], 'tokenizer_config.json', () =>
      Buffer.from(JSON.stringify({ ...booster(), ...(keys as object) })),
    ),
  ),
  suspicious(
    'named code: jsonpickle',
    remote,
    ...config({ a: [{ 'py/reduce': [{ 'py/function': 'os.system' }, { 'py/tuple': ['id'] }] }] }),
  ),

  benign('named code: an attention of transformers', ...config({ model_type: 'llama', attn_implementation: 'sdpa' })),
  suspicious(
    'named code: kernels of a repository',
    remote,
    ...config({ model_type: 'llama', attn_implementation: 'somebody/kernel' }),
  ),
  benign('named code: an activation by its name', ...config({ model_type: 'gpt2', activation_function: 'gelu_new' })),
  benign(
    'named code: an activation of PyTorch',
    ...config({ activation_function: 'torch.nn.modules.activation.Tanh' }),
  ),
  suspicious('named code: an activation of nobody', remote, ...config({ activation_function: 'os.abort' })),
  benign(
    'named code: a base of transformers',
    ...config({ auto_mapping: { base_model_class: 'A', parent_library: 'transformers.models.bert.modeling_bert' } }),
  ),
  suspicious(
    'named code: a base of nobody',
    remote,
    ...config({ auto_mapping: { base_model_class: 'A', parent_library: 'somebody' } }),
  ),

  suspicious(
    'named code: operators of a library',
    remote,
    ...config({ model: { decoder: { session_options: { custom_ops_library: '/tmp/x.so' } } } }, 'genai_config.json'),
  ),
  suspicious('named code: a worker of vLLM', remote, {
    'm/config.pbtxt': 'name: "m"\nbackend: "vllm"\n',
    'm/1/model.json': '{"model": "m", "worker_cls": "somebody.Worker"}',
  }),

  benign('named code: a router', {
    'modules.json': modules('sentence_transformers.models.Router'),
    'router_config.json': types('sentence_transformers.models.Transformer'),
  }),
  suspicious('named code: a router to somebody', ['hugging-face/module'], {
    'modules.json': modules('sentence_transformers.models.Router'),
    'router_config.json': types('somebody.models.Transformer'),
  }),
  suspicious('named code: an older router to somebody', ['hugging-face/module'], {
    'modules.json': modules('sentence_transformers.models.Asym', '0_Asym'),
    '0_Asym/config.json': types('somebody.models.Transformer'),
  }),

  suspicious('named code: a chain of MLflow', ['mlflow/loader'], {
    MLmodel: 'flavors:\n  python_function:\n    loader_module: mlflow.langchain\n',
  }),
  suspicious('named code: a flavor that is not for weights', ['mlflow/loader'], {
    MLmodel: 'flavors:\n  langchain:\n    model_data: model.yaml\n',
    'model.yaml': '_type: llm_bash_chain\n',
  }),
  ...[
    ['README.md', 'readme.md'],
    ['caf\u00e9.md', 'cafe\u0301.md'],
  ].map(([one = '', two = '']) =>
    unchecked(`names: ${JSON.stringify([one, two])}`, ['file/same-name'], { [one]: '# A\n', [two]: '# B\n' }),
  ),
  benign('names: the same in two folders', { 'a/README.md': '# A\n', 'b/readme.md': '# B\n' }),
  ...mar('notes.txt'),
  ...weightsOfOthers,
  ...constructed,
  suspicious('named code: model.py of Triton', ['format/code'], triton('model.py', 'import os\n')),
  suspicious('named code: a document that Triton runs', ['format/code'], triton('notes.txt', 'import os\n')),
];
