import { benign, malformed, unchecked, type CaseContent, type CorpusCase } from './case.ts';

type Value = null | boolean | number | string | readonly Value[] | { readonly [key: string]: Value };

/** Universal Binary JSON as XGBoost writes it: lists of numbers are typed. */
export function ubjson(value: Value): Buffer {
  if (value === null) return Buffer.from('Z');
  if (typeof value === 'boolean') return Buffer.from(value ? 'T' : 'F');
  if (typeof value === 'string') return Buffer.concat([Buffer.from('S'), ubjText(value)]);
  if (typeof value === 'number') return Buffer.concat([Buffer.from('l'), int32([value])]);
  if (Array.isArray(value)) {
    const list = value as readonly Value[];
    if (list.length > 0 && list.every((item) => typeof item === 'number')) {
      return Buffer.concat([Buffer.from('[$l#L'), int64(list.length), int32(list)]);
    }
    return Buffer.concat([Buffer.from('[#L'), int64(list.length), ...list.map(ubjson)]);
  }
  const entries = Object.entries(value as Readonly<Record<string, Value>>);
  return Buffer.concat([
    Buffer.from('{'),
    ...entries.map(([key, item]) => Buffer.concat([ubjText(key), ubjson(item)])),
    Buffer.from('}'),
  ]);
}

function ubjText(text: string): Buffer {
  return Buffer.concat([Buffer.from('L'), int64(Buffer.byteLength(text)), Buffer.from(text)]);
}

function int64(value: number): Buffer {
  const buffer = Buffer.alloc(8);
  buffer.writeBigInt64BE(BigInt(value));
  return buffer;
}

function int32(values: readonly number[]): Buffer {
  const buffer = Buffer.alloc(values.length * 4);
  for (const [index, value] of values.entries()) buffer.writeInt32BE(value, index * 4);
  return buffer;
}

type Tree = Record<string, Value>;

/** A root with two leaves, or with other lists. */
function tree(change: Tree = {}): Tree {
  return {
    base_weights: [0, 1, 2],
    categories: [],
    categories_nodes: [],
    categories_segments: [],
    categories_sizes: [],
    default_left: [0, 0, 0],
    id: 0,
    left_children: [1, -1, -1],
    loss_changes: [1, 0, 0],
    parents: [2147483647, 0, 0],
    right_children: [2, -1, -1],
    split_conditions: [1, 2, 3],
    split_indices: [1, 0, 0],
    split_type: [0, 0, 0],
    sum_hessian: [2, 1, 1],
    tree_param: { num_deleted: '0', num_feature: '2', num_nodes: '3', size_leaf_vector: '1' },
    ...change,
  };
}

interface Change {
  readonly trees?: readonly Tree[];
  readonly model?: Tree;
  readonly learner?: Tree;
  readonly parameters?: Tree;
  readonly booster?: Tree;
}

function xgboost({ trees = [tree()], model = {}, learner = {}, parameters = {}, booster = {} }: Change = {}): Value {
  return {
    learner: {
      attributes: {},
      feature_names: [],
      feature_types: [],
      gradient_booster: {
        model: {
          gbtree_model_param: { num_parallel_tree: '1', num_trees: String(trees.length) },
          iteration_indptr: [0, trees.length],
          tree_info: trees.map(() => 0),
          trees,
          ...model,
        },
        name: 'gbtree',
        ...booster,
      },
      learner_model_param: { base_score: '5E-1', num_class: '0', num_feature: '2', num_target: '1', ...parameters },
      objective: { name: 'reg:squarederror' },
      ...learner,
    },
    version: [3, 0, 0],
  };
}

function badModel(name: string, change: Change): CorpusCase {
  return malformed(`xgboost: ${name}`, 'unsafe', ['xgboost/model'], 'model.ubj', ubjson(xgboost(change)));
}

function badTree(name: string, change: Tree): CorpusCase {
  const content = JSON.stringify(xgboost({ trees: [tree(), tree(change)] }));
  return malformed(`xgboost: ${name}`, 'unsafe', ['xgboost/tree'], 'model.json', content);
}

function badEncoding(name: string, content: CaseContent): CorpusCase {
  return malformed(`xgboost: ${name}`, 'unsafe', ['xgboost/encoding'], 'model.ubj', content);
}

const good = ubjson(xgboost());
const categories = { categories: [1, 2, 3], categories_nodes: [0], categories_segments: [1], categories_sizes: [2] };

/** XGBoost models. */
export const xgboostCases: readonly CorpusCase[] = [
  benign('xgboost: UBJSON', 'model.ubj', good),
  benign('xgboost: UBJSON under the old extension', 'model.bst', good),
  benign('xgboost: JSON', 'model.json', JSON.stringify(xgboost())),
  benign('xgboost: no tree', 'model.ubj', ubjson(xgboost({ trees: [] }))),
  benign(
    'xgboost: dart',
    'model.ubj',
    ubjson(
      xgboost({
        booster: {
          name: 'dart',
          weight_drop: [1],
          model: null,
          gbtree: { model: { gbtree_model_param: { num_trees: '1' }, tree_info: [0], trees: [tree()] } },
        },
      }),
    ),
  ),
  benign(
    'xgboost: linear',
    'model.ubj',
    ubjson(xgboost({ booster: { name: 'gblinear', model: { weights: [1, 2, 3] } } })),
  ),
  benign(
    'xgboost: three classes',
    'model.ubj',
    ubjson(
      xgboost({
        trees: [tree(), tree(), tree()],
        model: { tree_info: [0, 1, 2] },
        parameters: { num_class: '3' },
      }),
    ),
  ),
  benign('xgboost: a categorical split', 'model.json', JSON.stringify(xgboost({ trees: [tree(categories)] }))),
  badEncoding('cut off', good.subarray(0, -1)),
  badEncoding('something behind the model', Buffer.concat([good, Buffer.from('x')])),
  badEncoding('a text longer than the file', Buffer.concat([Buffer.from('{L'), int64(2 ** 40), Buffer.from('x')])),
  badEncoding('a text of negative length', Buffer.concat([Buffer.from('{L'), int64(-1)])),
  badEncoding('a list longer than the file', Buffer.concat([Buffer.from('{i\x01a[$d#L'), int64(2 ** 40)])),
  badEncoding(
    'a list of a million truths without bytes',
    Buffer.concat([Buffer.from('{i\x01a[$T#l'), int32([1_000_000])]),
  ),
  badEncoding('an unknown marker', Buffer.from('{i\x01aQ}')),
  badEncoding('a key twice', Buffer.from('{i\x01aZi\x01aZ}')),
  badEncoding('a type without a count', Buffer.from('{i\x01a[$i]}')),
  badEncoding('nested very deep', Buffer.from(`{i\x01a${'['.repeat(100_000)}`)),
  badEncoding(
    'a text that is not UTF-8',
    Buffer.concat([Buffer.from('{i\x01aSi\x01'), Buffer.of(0xff), Buffer.from('}')]),
  ),
  badModel('no features', { parameters: { num_feature: '0' } }),
  badModel('num_feature is a word', { parameters: { num_feature: 'many' } }),
  badModel('more names than features', { learner: { feature_names: ['a', 'b', 'c'] } }),
  badModel('an unknown booster', { booster: { name: 'gbcustom' } }),
  badModel('no trees', { model: { trees: null } }),
  badModel('another number of trees', { model: { gbtree_model_param: { num_trees: '9' } } }),
  badModel('a tree_info too few', { model: { tree_info: [] } }),
  badModel('a tree of a class that is not there', { parameters: { num_class: '3' }, model: { tree_info: [3] } }),
  badModel('iterations that do not part the trees', { model: { iteration_indptr: [0, 7] } }),
  badModel('a tree that asks for a feature that is not there', { trees: [tree({ split_indices: [2, 0, 0] })] }),
  badModel('trees somewhere else', { model: { trees: [] }, learner: { trees: [tree()] } }),
  badModel('linear weights for other features', { booster: { name: 'gblinear', model: { weights: [1, 2] } } }),
  badTree('a tree without nodes', { left_children: [] }),
  badTree('a child outside the tree', { left_children: [900, -1, -1] }),
  badTree('a negative child', { right_children: [-7, -1, -1] }),
  badTree('a node that is its own child', { left_children: [0, -1, -1] }),
  badTree('a circle', { left_children: [1, 0, -1], right_children: [2, 2, -1] }),
  badTree('a child with another parent', { parents: [2147483647, 2, 0] }),
  badTree('lists of unequal length', { split_conditions: [1, 2] }),
  badTree('too few weights', { base_weights: [1] }),
  badTree('a list with text in it', { split_indices: [1, 'x', 0] }),
  badTree('another number of nodes', { tree_param: { num_nodes: '4', size_leaf_vector: '1' } }),
  badTree('categories outside the list', { ...categories, categories_sizes: [3] }),
  badTree('categories of a node that is not there', { ...categories, categories_nodes: [3] }),
  badTree('categorical splits of unequal length', { ...categories, categories_segments: [] }),
  unchecked('xgboost: the old binary format', ['xgboost/binary'], 'model.bst', Buffer.from(`binf${'\0'.repeat(200)}`)),
  unchecked(
    'xgboost: the old binary format without its mark',
    ['xgboost/binary'],
    'model.bst',
    Buffer.concat([
      Buffer.alloc(136, 1),
      Buffer.from([3, 0, 0, 0, 0, 0, 0, 0]),
      Buffer.from('reg'),
      Buffer.from([6, 0, 0, 0, 0, 0, 0, 0]),
      Buffer.from('gbtree'),
      Buffer.alloc(100),
    ]),
  ),
];
