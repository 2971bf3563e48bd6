import { again } from './advice.ts';
import { rule, type Rule } from './rule.ts';

export const lightgbmRules = {
  'lightgbm/header': rule('high', 'unsafe', 'LightGBM refuses such a model, or reads it wrongly.', again, {
    cwe: [20],
    bad: 'feature_names has two names, max_feature_idx is 3',
    good: 'max_feature_idx + 1 names, one tree size per tree',
  }),
  'lightgbm/tree': rule('high', 'unsafe', 'Following such a tree reads outside its arrays, or never ends.', again, {
    cwe: [125, 129, 835],
    bad: 'left_child is 900, num_leaves is 7',
    good: 'every node and leaf is reached once, from the root',
  }),
  'lightgbm/line': rule('medium', 'inconclusive', 'What LightGBM does not write is not understood.', again, {
    bad: 'a line "import os"',
    good: 'name=value lines of the header, the trees, the importances and the parameters',
  }),
  'lightgbm/end': rule(
    'medium',
    'inconclusive',
    'Every LightGBM writes more than this: the file was cut, although all trees are there.',
    again,
    {
      bad: 'a file cut in the list of the parameters, or of the categories of pandas',
      good: 'a file with the line "end of parameters"',
    },
  ),
  'lightgbm/truncated': rule('high', 'unsafe', 'LightGBM refuses such a model.', again, {
    bad: 'no line "end of trees"',
    good: 'as many trees as tree_sizes has entries, then "end of trees"',
  }),
} as const satisfies Record<string, Rule>;
