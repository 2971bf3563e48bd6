import { again } from './advice.ts';
import { rule, type Rule } from './rule.ts';

export const xgboostRules = {
  'xgboost/encoding': rule('high', 'unsafe', 'Readers refuse such a file, or read beyond its end.', again, {
    cwe: [125, 130],
    bad: 'a string of 2^40 bytes in a file of 200',
    good: 'every length within the file, nothing behind the last brace',
  }),
  'xgboost/model': rule('high', 'unsafe', 'XGBoost refuses such a model, or reads outside its arrays.', again, {
    cwe: [20, 129],
    bad: 'num_feature is 0; tree_info has fewer entries than there are trees',
    good: 'as many trees as num_trees says',
  }),
  'xgboost/tree': rule('high', 'unsafe', 'Following such a tree reads outside its arrays, or never ends.', again, {
    cwe: [125, 129, 835],
    bad: 'left_children points at node 900 of 7',
    good: 'every node is reached once, from the root',
  }),
  'xgboost/binary': rule(
    'medium',
    'inconclusive',
    'XGBoost removed this format in version 3.1, because it cannot be read safely.',
    'Load it with the XGBoost that wrote it, and save it again as model.ubj or model.json.',
    { bad: 'model.bst of XGBoost 1.6', good: 'model.ubj' },
  ),
} as const satisfies Record<string, Rule>;
