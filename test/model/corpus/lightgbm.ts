import { benign, malformed, suspicious, type CorpusCase } from './case.ts';

const lightHeader = [
  'tree',
  'version=v4',
  'num_class=1',
  'num_tree_per_iteration=1',
  'label_index=0',
  'max_feature_idx=1',
  'objective=regression',
  'feature_names=a b',
  'feature_infos=[0:1] [0:1]',
  'tree_sizes=300',
];
const lightTree = [
  'Tree=0',
  'num_leaves=3',
  'num_cat=0',
  'split_feature=0 1',
  'split_gain=1 1',
  'threshold=0.5 1e-3',
  'decision_type=2 2',
  'left_child=1 -1',
  'right_child=-2 -3',
  'leaf_value=1 2 -3',
  'leaf_weight=1 1 1',
  'leaf_count=1 1 1',
  'internal_value=0 0',
  'internal_weight=0 0',
  'internal_count=3 2',
  'is_linear=0',
  'shrinkage=1',
];
const lightEnd = [
  'end of trees',
  '',
  'feature_importances:',
  'a=1',
  'b=1',
  '',
  'parameters:',
  '[boosting: gbdt]',
  '[categorical_feature: ]',
  'end of parameters',
  '',
  'pandas_categorical:null',
];

/** The model with lines replaced; a line without a value is left out. */
function lightgbm(change: Readonly<Record<string, string | null>> = {}, end: readonly string[] = lightEnd): string {
  const lines = [...lightHeader, '', ...lightTree, '', '', ...end].flatMap((line) => {
    const key = line.split('=')[0] ?? '';
    if (!Object.hasOwn(change, key)) return [line];
    const value = change[key] ?? null;
    return value === null ? [] : [`${key}=${value}`];
  });
  return `${lines.join('\n')}\n`;
}

function badLight(name: string, rule: string, content: string): CorpusCase {
  return malformed(`lightgbm: ${name}`, 'unsafe', [`lightgbm/${rule}`], 'model.txt', content);
}

const lightCategories = { num_cat: '1', decision_type: '1 2', threshold: '0 0.5' };
const withCategories = lightgbm(lightCategories).replace('is_linear', 'cat_boundaries=0 1\ncat_threshold=6\nis_linear');

/** LightGBM models. */
export const lightgbmCases: readonly CorpusCase[] = [
  benign('lightgbm: two splits', 'model.txt', lightgbm()),
  benign('lightgbm: Windows line ends', 'model.txt', lightgbm().replaceAll('\n', '\r\n')),
  benign('lightgbm: a categorical split', 'model.txt', withCategories),
  benign(
    'lightgbm: one leaf',
    'model.lgb',
    `${[...lightHeader, '', 'Tree=0', 'num_leaves=1', 'num_cat=0', 'split_feature=', 'leaf_value=1', 'shrinkage=1', '', ...lightEnd].join('\n')}\n`,
  ),
  badLight('an unknown version', 'header', lightgbm({ version: 'v9' })),
  badLight('no classes', 'header', lightgbm({ num_class: '0' })),
  badLight('no number of features', 'header', lightgbm({ max_feature_idx: null })),
  badLight('names for other features', 'header', lightgbm({ feature_names: 'a b c' })),
  badLight('ranges for other features', 'header', lightgbm({ feature_infos: '[0:1]' })),
  badLight('a tree missing', 'truncated', lightgbm({ tree_sizes: '300 300' })),
  badLight('cut off', 'truncated', lightgbm({}, [])),
  badLight('a child outside the tree', 'tree', lightgbm({ left_child: '900 -1' })),
  badLight('a leaf outside the tree', 'tree', lightgbm({ left_child: '1 -9' })),
  badLight('a circle', 'tree', lightgbm({ left_child: '1 0' })),
  badLight('a leaf twice', 'tree', lightgbm({ left_child: '1 -2' })),
  badLight('a feature that is not there', 'tree', lightgbm({ split_feature: '0 2' })),
  badLight('lists of unequal length', 'tree', lightgbm({ threshold: '0.5' })),
  badLight('too few leaf values', 'tree', lightgbm({ leaf_value: '1 2' })),
  badLight('no leaves', 'tree', lightgbm({ num_leaves: '0' })),
  badLight('words among the numbers', 'tree', lightgbm({ leaf_value: '1 2 __import__' })),
  badLight('an unknown line in a tree', 'tree', lightgbm().replace('is_linear', 'code')),
  badLight('categories outside the list', 'tree', withCategories.replace('cat_boundaries=0 1', 'cat_boundaries=0 2')),
  badLight(
    'a categorical split without its categories',
    'tree',
    withCategories.replace('threshold=0 0.5', 'threshold=1 0.5'),
  ),
  benign(
    'lightgbm: as 2.2 and 2.3 wrote it',
    'model.txt',
    lightgbm({ version: 'v2' }).replace('feature_importances', 'feature importances'),
  ),
  benign(
    'lightgbm: as 2.1 wrote it',
    'model.txt',
    lightgbm({ version: 'v2' }, ['feature importances:', 'a=1', '', 'pandas_categorical:null']),
  ),
  benign(
    'lightgbm: a model of 2.1 that a newer one wrote again',
    'model.txt',
    lightgbm({}, ['end of trees', '', 'feature_importances:', 'a=1', '', 'pandas_categorical:null']),
  ),
  benign(
    'lightgbm: categories of pandas',
    'model.txt',
    lightgbm({}, [...lightEnd.slice(0, -1), 'pandas_categorical:[["a", "\\u00e4"], [1, 2.5], [true]]']),
  ),
  ...['[["a", "b"', '[["a"]], 1', '{"a": 1}', "[['a']]", ''].map((categories) =>
    malformed(
      `lightgbm: categories of pandas that are ${JSON.stringify(categories)}`,
      'inconclusive',
      ['lightgbm/end'],
      'model.txt',
      lightgbm({}, [...lightEnd.slice(0, -1), `pandas_categorical:${categories}`]),
    ),
  ),
  benign('lightgbm: without pandas', 'model.txt', lightgbm({}, lightEnd.slice(0, -2))),
  ...[1, 3, 5, 7, 9].map((lines) =>
    malformed(
      `lightgbm: cut ${lines} lines behind the trees`,
      'inconclusive',
      ['lightgbm/end'],
      'model.txt',
      lightgbm({}, lightEnd.slice(0, lines)),
    ),
  ),
  suspicious(
    'lightgbm: a line of something else',
    ['lightgbm/line'],
    'model.txt',
    lightgbm({}, [...lightEnd, 'import os']),
  ),
  suspicious(
    'lightgbm: a line of something else in the header',
    ['lightgbm/line'],
    'model.txt',
    lightgbm().replace('label_index', 'code'),
  ),
];
