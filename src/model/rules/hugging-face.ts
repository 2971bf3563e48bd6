import { rule, type Rule } from './rule.ts';

export const huggingFaceRules = {
  'hugging-face/module': rule(
    'high',
    'inconclusive',
    'Libraries import and run the classes that modules.json and router_config.json (sentence-transformers) and model_index.json (diffusers) name.',
    'Use classes of the library itself.',
    { cwe: [829], bad: '"type": "custom.Pooling"', good: '"type": "sentence_transformers.models.Pooling"' },
  ),
  'hugging-face/path': rule(
    'high',
    'unsafe',
    'A path out of the folder reads files of the machine that loads the model.',
    'Write the path relative to the folder, without "..".',
    { cwe: [22], bad: '"path": "../../etc"', good: '"path": "1_Pooling"' },
  ),
  'hugging-face/missing': rule(
    'medium',
    'inconclusive',
    'Libraries fail to load the model, or fetch the missing part from somewhere else.',
    'Download the model again, whole.',
    { bad: 'modules.json names 1_Pooling, which is not there', good: 'every folder that modules.json names is there' },
  ),
  'hugging-face/dtype': rule(
    'low',
    'clean',
    'Libraries convert the weights while loading, which costs time and memory.',
    'Write torch_dtype (dtype) as the weights are, or convert the weights.',
    { bad: 'torch_dtype bfloat16 over F32 tensors', good: 'torch_dtype bfloat16 over BF16 tensors' },
  ),
  'hugging-face/base': rule(
    'info',
    'clean',
    'An adapter is loaded on top of a base model, and what that is decides as much about the answers and the risks.',
    'Judge the base model as well, and serve it from a folder or at a fixed revision.',
    { bad: '"base_model_name_or_path": "org/name"', good: 'the base model in a folder beside the adapter' },
  ),
} as const satisfies Record<string, Rule>;
