/** Lines of a tree; LightGBM leaves some of them out. */
const known = new Set([
  'num_leaves',
  'num_cat',
  'split_feature',
  'split_gain',
  'threshold',
  'decision_type',
  'left_child',
  'right_child',
  'leaf_value',
  'leaf_weight',
  'leaf_count',
  'internal_value',
  'internal_weight',
  'internal_count',
  'cat_boundaries',
  'cat_threshold',
  'is_linear',
  'leaf_features',
  'leaf_coeff',
  'leaf_const',
  'num_features',
  'shrinkage',
]);

const perSplit = ['split_feature', 'threshold', 'decision_type', 'left_child', 'right_child'];
const perSplitOptional = ['split_gain', 'internal_value', 'internal_weight', 'internal_count'];
const perLeafOptional = ['leaf_weight', 'leaf_count', 'leaf_const', 'num_features'];

/** Checks one tree of a LightGBM model: a problem, or how many leaves it has. */
export function lightgbmTreeProblem(
  fields: ReadonlyMap<string, string>,
  features: number,
): string | { readonly leaves: number } {
  for (const key of fields.keys()) if (!known.has(key)) return `has the unknown line ${key.slice(0, 40)}`;
  const leaves = Number(/^\d{1,9}$/.exec(fields.get('num_leaves') ?? '')?.[0] ?? NaN);
  if (!(leaves >= 1)) return 'has no leaves';
  const lists = new Map<string, readonly number[]>();
  for (const key of [
    ...perSplit,
    ...perSplitOptional,
    ...perLeafOptional,
    'leaf_value',
    'cat_boundaries',
    'cat_threshold',
  ]) {
    const list = numbers(fields.get(key) ?? '');
    if (list === null) return `has something else than numbers in ${key}`;
    lists.set(key, list);
  }
  const splits = leaves - 1;
  const length = lengthProblem(lists, splits, leaves);
  if (length !== null) return length;
  const feature = lists
    .get('split_feature')
    ?.find((index) => !(Number.isInteger(index) && index >= 0 && index < features));
  if (feature !== undefined) return `asks for feature ${feature} of ${features}`;
  return linksProblem(lists, splits, leaves) ?? categoriesProblem(fields, lists) ?? { leaves };
}

function lengthProblem(lists: ReadonlyMap<string, readonly number[]>, splits: number, leaves: number): string | null {
  const wrong = (keys: readonly string[], expected: number, mayBeEmpty: boolean): string | null => {
    for (const key of keys) {
      const { length } = lists.get(key) ?? [];
      if (length !== expected && !(mayBeEmpty && length === 0)) return `has ${length} ${key} for ${leaves} leaves`;
    }
    return null;
  };
  return (
    wrong(perSplit, splits, false) ??
    wrong(['leaf_value'], leaves, false) ??
    wrong(perSplitOptional, splits, true) ??
    wrong(perLeafOptional, leaves, true)
  );
}

/** Every split and every leaf is reached once; leaves are written as -1 - index. */
function linksProblem(lists: ReadonlyMap<string, readonly number[]>, splits: number, leaves: number): string | null {
  if (splits === 0) return null;
  const seen = new Uint8Array(splits + leaves);
  const waiting = [0];
  seen[0] = 1;
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    for (const side of ['left_child', 'right_child']) {
      const child: number = lists.get(side)?.[node] ?? NaN;
      const slot: number = child >= 0 ? child : splits - 1 - child;
      if (!Number.isInteger(child) || child >= splits || -child > leaves) {
        return `has the ${side} ${child} at split ${node}, of ${splits} splits`;
      }
      if (seen[slot] === 1) return `reaches ${child >= 0 ? `split ${child}` : `leaf ${-1 - child}`} twice`;
      seen[slot] = 1;
      if (child >= 0) waiting.push(child);
    }
  }
  return null;
}

/** Categorical splits refer to parts of a list of bit sets. */
function categoriesProblem(
  fields: ReadonlyMap<string, string>,
  lists: ReadonlyMap<string, readonly number[]>,
): string | null {
  const count = Number(fields.get('num_cat') ?? 0);
  const boundaries = lists.get('cat_boundaries') ?? [];
  const words = lists.get('cat_threshold')?.length ?? 0;
  if (count === 0) return boundaries.length === 0 && words === 0 ? null : 'has categories, but num_cat is 0';
  if (boundaries.length !== count + 1) return `has ${boundaries.length} cat_boundaries for ${count} categorical splits`;
  let before = 0;
  for (const next of boundaries) {
    if (!Number.isInteger(next) || next < before) return 'has cat_boundaries that do not rise';
    before = next;
  }
  if (boundaries[0] !== 0 || before !== words) return `has cat_boundaries up to ${before} over ${words} cat_threshold`;
  return indexProblem(lists, count);
}

/** The threshold of a categorical split is the index of its bit set. */
function indexProblem(lists: ReadonlyMap<string, readonly number[]>, count: number): string | null {
  for (const [split, type] of (lists.get('decision_type') ?? []).entries()) {
    const index = lists.get('threshold')?.[split] ?? NaN;
    // The first bit says that the split is categorical.
    if (type % 2 === 1 && !(Number.isInteger(index) && index >= 0 && index < count)) {
      return `has the categorical split ${split} with the index ${index} of ${count}`;
    }
  }
  return null;
}

function numbers(text: string): readonly number[] | null {
  if (text === '') return [];
  const list = text.trim().split(' ').map(parse);
  return list.some((value) => value === null) ? null : (list as number[]);
}

function parse(word: string): number | null {
  if (/^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/.test(word)) return Number(word);
  if (/^[+-]?inf(inity)?$/i.test(word)) return word.startsWith('-') ? -Infinity : Infinity;
  return /^[+-]?nan$/i.test(word) ? NaN : null;
}
