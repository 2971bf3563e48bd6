import { again } from './advice.ts';
import { rule, type Rule } from './rule.ts';

export const catboostRules = {
  'catboost/core': rule('high', 'unsafe', 'CatBoost refuses such a model, or reads outside its buffers.', again, {
    cwe: [125, 129],
    bad: 'a tree size of 900 where there are 15 splits',
    good: 'trees that cover all splits, one value per leaf',
  }),
  'catboost/length': rule('high', 'unsafe', 'Bytes that belong to no part are where other content hides.', again, {
    cwe: [130],
    bad: 'a core of 500 bytes in a file of 400; text behind the last part',
    good: 'core and parts fill the file',
  }),
  'catboost/part': rule(
    'medium',
    'inconclusive',
    'The content of this part is not checked.',
    'Train the model without text and embedding features, or export it as ONNX.',
    { bad: 'text_process_v2', good: 'static_provider_v1 (categorical features)' },
  ),
} as const satisfies Record<string, Rule>;
