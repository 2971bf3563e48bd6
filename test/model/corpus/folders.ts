import * as p from '../pickle/assembler.ts';
import {
  benign,
  dangerous,
  malformed,
  remarked,
  suspicious,
  unchecked,
  type CaseContent,
  type CorpusCase,
} from './case.ts';

const pickle = p.bytes(p.proto(4), 'N.');
type Files = Readonly<Record<string, CaseContent>>;

function mlmodel(flavor = '', more = ''): string {
  return `flavors:
  python_function:
    env:
      conda: conda.yaml
      virtualenv: python_env.yaml
    loader_module: mlflow.sklearn
    model_path: model.pkl
${flavor}  sklearn:
    code: null
    pickled_model: model.pkl
mlflow_version: 3.1.0
signature:
  inputs: '[{"name": "a", "type": "double", "required": true}]'
  outputs: '[{"type": "tensor", "tensor-spec": {"dtype": "int64", "shape": [-1]}}]'
  params: null
utc_time_created: '2026-01-01 00:00:00'
${more}`;
}

const saved: Files = {
  MLmodel: mlmodel(),
  'model.pkl': pickle,
  'requirements.txt': 'scikit-learn==1.9.1\n',
  'python_env.yaml': 'python: 3.11.7\nbuild_dependencies:\n- pip==23\ndependencies:\n- -r requirements.txt\n',
  'conda.yaml':
    'channels:\n- conda-forge\ndependencies:\n- python=3.11.7\n- pip<=23\n- pip:\n  - mlflow==3.1.0\nname: mlflow-env\n',
};

/** Folders that MLflow saves. */
export const mlflowCases: readonly CorpusCase[] = [
  benign('mlflow: a scikit-learn model', saved),
  malformed('mlflow: no flavors', 'inconclusive', ['mlflow/model'], { ...saved, MLmodel: 'flavors: {}\n' }),
  suspicious('mlflow: a loader of its own', ['mlflow/loader'], {
    ...saved,
    MLmodel: mlmodel().replace('mlflow.sklearn', 'my_loader'),
  }),
  suspicious('mlflow: a loader that looks like one of MLflow', ['mlflow/loader'], {
    ...saved,
    MLmodel: mlmodel().replace('mlflow.sklearn', 'mlflow_x.sklearn'),
  }),
  ...['keras.api._v2.keras', 'tensorflow.python.keras.api._v2.keras', 'keras._tf_keras.keras'].map((name) =>
    benign(`mlflow: the module ${name}`, { ...saved, MLmodel: mlmodel(`    keras_module: ${name}\n`) }),
  ),
  suspicious('mlflow: a keras module of its own', ['mlflow/loader'], {
    ...saved,
    MLmodel: mlmodel('    keras_module: evil\n'),
  }),
  suspicious('mlflow: a pickle module of its own', ['mlflow/loader'], {
    ...saved,
    'data/pickle_module_info.txt': 'evil',
  }),
  benign('mlflow: the pickle module of the flavor', {
    ...saved,
    'data/pickle_module_info.txt': 'mlflow.pytorch.pickle_module',
  }),
  suspicious('mlflow: code beside the model', ['mlflow/code', 'format/code'], {
    ...saved,
    MLmodel: mlmodel('    code: code\n'),
    'code/helper.py': 'x = 1\n',
  }),
  dangerous('mlflow: a path out of the folder', ['mlflow/path'], {
    ...saved,
    MLmodel: mlmodel('    data: ../../etc/passwd\n'),
  }),
  dangerous('mlflow: an absolute path', ['mlflow/path'], { ...saved, MLmodel: mlmodel('    data: /etc/passwd\n') }),
  dangerous('mlflow: a path that is a URL', ['mlflow/path'], {
    ...saved,
    MLmodel: mlmodel('    data: https://example.com/x\n'),
  }),
  malformed('mlflow: the model is missing', 'inconclusive', ['mlflow/missing'], {
    ...saved,
    MLmodel: mlmodel('    data: other.pkl\n'),
  }),
  suspicious('mlflow: a package from a repository', ['mlflow/requirement'], {
    ...saved,
    'requirements.txt': 'git+https://example.com/x.git\n',
  }),
  suspicious('mlflow: a package from another index', ['mlflow/requirement'], {
    ...saved,
    'requirements.txt': '--extra-index-url https://example.com/simple\nscikit-learn==1.9.1\n',
  }),
  remarked('mlflow: a package without a version', ['mlflow/unpinned'], {
    ...saved,
    'requirements.txt': 'scikit-learn\n',
  }),
  remarked('mlflow: a signature that is no JSON', ['mlflow/signature'], {
    ...saved,
    MLmodel: mlmodel().replace('"double"', 'double'),
  }),
  malformed('mlflow: a flavor twice', 'inconclusive', ['yaml/invalid'], {
    ...saved,
    MLmodel: mlmodel().replace('  sklearn:', '  python_function:'),
  }),
  dangerous('mlflow: a tag that calls', ['yaml/tag'], {
    ...saved,
    MLmodel: mlmodel('', 'x: !!python/object/apply:os.system [id]\n'),
  }),
];

const sound = `name: "net"
backend: "python" # or any other
max_batch_size: 8
input [ { name: "a" data_type: TYPE_FP32 dims: [ -1, 3 ] } ]
output { name: "b", data_type: TYPE_INT64, dims: 1 }
instance_group [{ kind: KIND_CPU, count: 1 }]
`;
/** A repository of one model; a vocabulary stands for its files. */
function repository(config: string, more: Files = {}): Files {
  return { 'net/config.pbtxt': config, 'net/1/vocab.txt': 'a\n', ...more };
}

function ensemble(steps: string, outputs = 'y'): Files {
  return {
    ...repository(sound),
    'both/config.pbtxt': `platform: "ensemble" max_batch_size: 8
      input { name: "x" data_type: TYPE_FP32 dims: 3 } output { name: "${outputs}" data_type: TYPE_INT64 dims: 1 }
      ensemble_scheduling { step [ ${steps} ] }`,
  };
}

function step(from: string, to: string, model = 'net'): string {
  return `{ model_name: "${model}" model_version: -1 input_map { key: "a" value: "${from}" } output_map { key: "b" value: "${to}" } }`;
}

function triton(name: string, rule: string, from: string, to: string, more: Files = {}): CorpusCase {
  return malformed(`triton: ${name}`, 'inconclusive', [`triton/${rule}`], repository(sound.replace(from, to), more));
}

const environment = (path: string) =>
  `${sound}parameters: { key: "EXECUTION_ENV_PATH" value: { string_value: "${path}" } }\n`;

/** Repositories of Triton. */
export const tritonCases: readonly CorpusCase[] = [
  benign('triton: one model', repository(sound)),
  benign(
    'triton: text in pieces, angle brackets and semicolons',
    repository(
      sound.replace('"net"', '\'n\' "et"').replace('output {', 'output: <').replace('dims: 1 }', 'dims: 1; >'),
    ),
  ),
  benign(
    'triton: an environment in the folder',
    repository(environment('$$TRITON_MODEL_DIRECTORY/env.txt'), { 'net/env.txt': 'x\n' }),
  ),
  benign('triton: an ensemble', ensemble(`${step('x', 'm')}, ${step('m', 'y')}`)),
  triton('another name', 'name', '"net"', '"other"'),
  triton('a backend of its own', 'backend', '"python"', '"mine"'),
  triton('an unknown platform', 'backend', 'backend: "python"', 'platform: "mine"'),
  triton('agents', 'backend', 'max_batch_size', 'model_repository_agents { agents { name: "x" } } max_batch_size'),
  triton('a negative batch size', 'config', '8', '-1'),
  triton('an input without a name', 'config', '"a"', '""'),
  triton('an input of an unknown type', 'config', 'TYPE_FP32', 'TYPE_FP7'),
  triton('an input without dimensions', 'config', 'dims: [ -1, 3 ]', ''),
  triton('a dimension -2', 'config', '-1, 3', '-2, 3'),
  triton('a dimension 0', 'config', '-1, 3', '0'),
  triton('an input twice', 'config', 'output {', 'input { name: "a" data_type: TYPE_FP32 dims: 1 } output {'),
  triton(
    'a version that is not there',
    'versions',
    'max_batch_size',
    'version_policy: { specific: { versions: [7] } } max_batch_size',
  ),
  triton(
    'no versions wanted',
    'versions',
    'max_batch_size',
    'version_policy: { latest: { num_versions: 0 } } max_batch_size',
  ),
  malformed('triton: no version', 'inconclusive', ['triton/missing'], {
    'net/config.pbtxt': sound,
    'net/vocab.txt': 'a\n',
  }),
  malformed(
    'triton: an environment that is missing',
    'inconclusive',
    ['triton/missing'],
    repository(environment('$$TRITON_MODEL_DIRECTORY/env.txt')),
  ),
  dangerous('triton: an environment elsewhere', ['triton/path'], repository(environment('/tmp/env.tar.gz'))),
  dangerous(
    'triton: an environment above',
    ['triton/path'],
    repository(environment('$$TRITON_MODEL_DIRECTORY/../../env.tar.gz')),
  ),
  dangerous(
    'triton: a model file elsewhere',
    ['triton/path'],
    repository(`${sound}default_model_filename: "../x.onnx"\n`),
  ),
  suspicious('triton: a Python model', ['format/code'], repository(sound, { 'net/1/model.py': 'import os\n' })),
  malformed('triton: an ensemble without steps', 'inconclusive', ['triton/ensemble'], ensemble('')),
  malformed(
    'triton: a step of an unknown model',
    'inconclusive',
    ['triton/ensemble'],
    ensemble(step('x', 'y', 'other')),
  ),
  malformed(
    'triton: a step that takes what nothing gives',
    'inconclusive',
    ['triton/ensemble'],
    ensemble(step('q', 'y')),
  ),
  malformed('triton: an output that no step gives', 'inconclusive', ['triton/ensemble'], ensemble(step('x', 'y'), 'z')),
  malformed(
    'triton: two sources of a tensor',
    'inconclusive',
    ['triton/ensemble'],
    ensemble(`${step('x', 'y')}, ${step('x', 'y')}`),
  ),
  malformed(
    'triton: steps that wait for each other',
    'inconclusive',
    ['triton/ensemble'],
    ensemble(`${step('y', 'm')}, ${step('m', 'y')}`),
  ),
  malformed(
    'protobuf-text: a text that does not end',
    'inconclusive',
    ['protobuf-text/invalid'],
    'config.pbtxt',
    'name: "a',
  ),
  malformed(
    'protobuf-text: a message that does not end',
    'inconclusive',
    ['protobuf-text/invalid'],
    'config.pbtxt',
    'input {',
  ),
  malformed(
    'protobuf-text: a list without a comma',
    'inconclusive',
    ['protobuf-text/invalid'],
    'config.pbtxt',
    'dims: [1 2]',
  ),
  malformed('protobuf-text: an extension', 'inconclusive', ['protobuf-text/invalid'], 'config.pbtxt', '[a.b]: 1'),
  malformed(
    'protobuf-text: nested very deep',
    'inconclusive',
    ['protobuf-text/invalid'],
    'config.pbtxt',
    'a{'.repeat(100_000),
  ),
  unchecked('protobuf-text: another message', ['format/unsupported'], 'graph.pbtxt', 'node { name: "x" }'),
];
