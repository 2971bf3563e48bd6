import type { Json } from '../strict-json.ts';

type Fields = ReadonlyMap<string, Json>;

/** What a sound tree consists of. */
export interface Tree {
  readonly nodes: number;
  /** Largest feature that a node asks for; -1 without any. */
  readonly feature: number;
}

/** Lists with an entry for each node. */
const perNode = ['left_children', 'right_children', 'parents', 'split_indices', 'split_conditions', 'default_left'];
/** The same, which not every version writes. */
const perNodeOptional = ['loss_changes', 'sum_hessian', 'split_type'];

/** Checks one tree of an XGBoost model: a problem, or what it consists of. */
export function treeProblem(tree: Fields): string | Tree {
  const lists = new Map<string, readonly number[]>();
  for (const [key, value] of tree) {
    if (!Array.isArray(value)) continue;
    const numbers = numbersOf(value as readonly Json[]);
    if (numbers === null) return `has something else than numbers in ${key.slice(0, 40)}`;
    lists.set(key, numbers);
  }
  const left = lists.get('left_children') ?? [];
  const nodes = left.length;
  if (nodes === 0) return 'has no nodes';
  for (const key of [...perNode, ...perNodeOptional]) {
    const list = lists.get(key);
    if (list === undefined && perNodeOptional.includes(key)) continue;
    if (list?.length !== nodes) return `has ${list?.length ?? 0} ${key} for ${nodes} nodes`;
  }
  const parameters = tree.get('tree_param');
  const declared = parameters instanceof Map ? (parameters as Fields).get('num_nodes') : undefined;
  if (declared !== String(nodes))
    return `says num_nodes ${typeof declared === 'string' ? declared.slice(0, 20) : ''}, but has ${nodes}`;
  return (
    linksProblem(lists, left) ??
    weightsProblem(lists, parameters as Fields, nodes) ??
    categoriesProblem(lists, nodes) ?? {
      nodes,
      feature: largestFeature(lists, left),
    }
  );
}

/** Every child is a node, has this parent, and is reached once. */
function linksProblem(lists: ReadonlyMap<string, readonly number[]>, left: readonly number[]): string | null {
  const right = lists.get('right_children') ?? [];
  const parents = lists.get('parents') ?? [];
  const seen = new Uint8Array(left.length);
  const waiting = [0];
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    if (seen[node] === 1) return `reaches node ${node} twice`;
    seen[node] = 1;
    const children = [left[node] ?? -1, right[node] ?? -1];
    // A leaf has no left child. With one output per leaf its right child is no child either.
    if (children[0] === -1) continue;
    for (const child of children) {
      if (!Number.isInteger(child) || child < 0 || child >= left.length) {
        return `has the child ${child} at node ${node}, of ${left.length} nodes`;
      }
      if (parents[child] !== node) return `has the child ${child} at node ${node}, whose parent is ${parents[child]}`;
      waiting.push(child);
    }
  }
  return null;
}

/** One weight per node, or a vector per leaf. */
function weightsProblem(
  lists: ReadonlyMap<string, readonly number[]>,
  parameters: Fields,
  nodes: number,
): string | null {
  const weights = lists.get('base_weights') ?? [];
  const size = Number(parameters.get('size_leaf_vector') ?? 1);
  if (weights.length === nodes) return null;
  // Trees with vectors keep weights for all nodes, or for leaves apart from them.
  if (size > 1 && weights.length % size === 0 && weights.length <= nodes * size) return null;
  return `has ${weights.length} base_weights for ${nodes} nodes`;
}

/** Categorical splits refer to parts of a list of categories. */
function categoriesProblem(lists: ReadonlyMap<string, readonly number[]>, nodes: number): string | null {
  const categories = lists.get('categories') ?? [];
  const at = lists.get('categories_nodes') ?? [];
  const segments = lists.get('categories_segments') ?? [];
  const sizes = lists.get('categories_sizes') ?? [];
  if (segments.length !== at.length || sizes.length !== at.length) return 'has categorical splits of unequal length';
  for (const [index, node] of at.entries()) {
    if (node < 0 || node >= nodes) return `has categories for node ${node}, of ${nodes} nodes`;
    const [segment = 0, size = 0] = [segments[index], sizes[index]];
    if (segment < 0 || size < 0 || segment + size > categories.length) {
      return `takes ${size} categories from ${segment} on, of ${categories.length}`;
    }
  }
  return categories.some((category) => category < 0 || category > 2 ** 24) ? 'has a category out of range' : null;
}

function largestFeature(lists: ReadonlyMap<string, readonly number[]>, left: readonly number[]): number {
  let largest = -1;
  for (const [node, feature] of (lists.get('split_indices') ?? []).entries()) {
    if (left[node] !== -1 && feature > largest) largest = feature;
  }
  return largest;
}

/** The numbers of a list (true and false count as such); null when it has something else. */
function numbersOf(list: readonly Json[]): readonly number[] | null {
  if (list.every((item) => typeof item === 'number')) return list;
  if (!list.every((item) => typeof item === 'number' || typeof item === 'boolean')) return null;
  return list.map(Number);
}
