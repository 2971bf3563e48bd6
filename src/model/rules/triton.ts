import { rule, type Rule } from './rule.ts';

const write = 'Correct config.pbtxt.';

export const tritonRules = {
  'triton/config': rule('medium', 'inconclusive', 'Triton refuses to load such a model.', write, {
    bad: 'max_batch_size: -1; an input without a name',
    good: 'name: "m" backend: "onnxruntime" max_batch_size: 8',
  }),
  'triton/name': rule('medium', 'inconclusive', 'Triton refuses a model whose folder has another name.', write, {
    bad: 'name: "a" in the folder b',
    good: 'name: "a" in the folder a',
  }),
  'triton/backend': rule(
    'high',
    'inconclusive',
    'Triton loads the library of this backend, which may come from the model folder.',
    'Use a backend that comes with Triton.',
    { cwe: [829], bad: 'backend: "mine"', good: 'backend: "onnxruntime"' },
  ),
  'triton/remote-weights': rule(
    'high',
    'inconclusive',
    'vLLM would load weights at serving time that nobody has validated, from a hub or another folder.',
    'Put the weights into the version folder and name them in model.json by their absolute path in the repository.',
    { cwe: [494, 829], bad: '"model": "org/name"', good: '"model": "/models/m/1/weights" beside 1/weights' },
  ),
  'triton/path': rule(
    'high',
    'unsafe',
    'A path out of the folder reads files of the machine that loads the model.',
    'Keep the file in the model folder.',
    { cwe: [22], bad: 'EXECUTION_ENV_PATH: "/tmp/env.tar.gz"', good: '"$$TRITON_MODEL_DIRECTORY/env.tar.gz"' },
  ),
  'triton/missing': rule('medium', 'inconclusive', 'Triton cannot load the model without it.', write, {
    bad: 'no version folder; an environment that is not there',
    good: '1/model.onnx beside config.pbtxt',
  }),
  'triton/versions': rule('medium', 'inconclusive', 'Triton would load none of the versions.', write, {
    bad: 'version_policy: {specific: {versions: [7]}}, folders 1 and 2',
    good: 'version_policy: {latest: {num_versions: 1}}',
  }),
  'triton/ensemble': rule('medium', 'inconclusive', 'Triton refuses such an ensemble.', write, {
    bad: 'a step takes a tensor that no step gives',
    good: 'every tensor comes from the inputs or from one step',
  }),
  'triton/contract': rule('high', 'inconclusive', 'Requests that fit the one do not fit the other.', write, {
    cwe: [20],
    bad: 'TYPE_INT64 for an input that is float32 in model.onnx',
    good: 'names and types as in the model',
  }),
} as const satisfies Record<string, Rule>;
