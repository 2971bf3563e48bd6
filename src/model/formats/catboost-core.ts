import type { Contract } from '../../pipeline/evidence.ts';
import type { Table } from '../flatbuffer.ts';
import type { Facts } from './format.ts';

/** What is wrong with the core of a model. */
export class CatboostError extends Error {}

/** Fields of the tables, by number. */
const core = { version: 0, trees: 1, info: 2, parts: 3 } as const;
const trees = {
  splits: 1,
  sizes: 2,
  offsets: 3,
  categorical: 4,
  floats: 5,
  leaves: 8,
  stepNodes: 10,
  leafIds: 11,
  texts: 12,
  bias: 16,
} as const;

/** What a sound core says. */
export interface CatboostCore {
  readonly parts: readonly string[];
  readonly facts: Facts;
  readonly contract: Contract | null;
}

/** Checks the core of a CatBoost model. Throws CatboostError and FlatbufferError. */
export function checkCore(root: Table): CatboostCore {
  const version = root.text(core.version);
  if (version !== 'FlabuffersModel_v1') throw new CatboostError('is of an unknown version');
  const model = root.table(core.trees);
  if (model === null) throw new CatboostError('has no trees');
  // Names and values; reading them proves that they are inside.
  for (const entry of root.tables(core.info)) [entry.text(0), entry.text(1)].join('');
  const sizes = model.numbers(trees.sizes);
  const splits = model.vector(trees.splits, 4).length / 4;
  checkSizes(sizes, model.numbers(trees.offsets), splits);
  const dimension = Math.max(1, model.vector(trees.bias, 8).length / 8);
  const leaves = model.vector(trees.leaves, 8).length / 8;
  if (model.has(trees.stepNodes) && model.vector(trees.stepNodes, 4).length > 0) {
    checkNodes(model, splits, leaves - dimension);
  } else {
    const expected = sizes.reduce((sum, size) => sum + 2 ** size, 0) * dimension;
    if (leaves !== expected) throw new CatboostError(`has ${leaves} leaf values for ${expected} leaves`);
  }
  const floats = model.tables(trees.floats).length;
  const others = model.tables(trees.categorical).length + model.tables(trees.texts).length;
  return {
    parts: root.texts(core.parts),
    facts: { trees: sizes.length, splits, floatFeatures: floats, otherFeatures: others, dimension },
    contract: others > 0 || floats === 0 ? null : contractOf(floats, dimension),
  };
}

function checkSizes(sizes: readonly number[], offsets: readonly number[], splits: number): void {
  if (offsets.length !== 0 && offsets.length !== sizes.length) {
    throw new CatboostError(`has ${offsets.length} offsets for ${sizes.length} trees`);
  }
  let start = 0;
  for (const [index, size] of sizes.entries()) {
    if (size < 0 || start + size > splits) {
      throw new CatboostError(`has the tree ${index} of ${size} splits from ${start} on, of ${splits}`);
    }
    if (offsets.length > 0 && offsets[index] !== start)
      throw new CatboostError(`has the tree ${index} at another place`);
    start += size;
  }
  if (start !== splits) throw new CatboostError(`has ${splits} splits, of which the trees have ${start}`);
}

/** Trees that are not symmetric: each step stays inside, each leaf is there. */
function checkNodes(model: Table, nodes: number, lastLeaf: number): void {
  const steps = model.vector(trees.stepNodes, 4);
  const ids = model.numbers(trees.leafIds);
  if (steps.length / 4 !== nodes || ids.length !== nodes) {
    throw new CatboostError(`has ${steps.length / 4} steps and ${ids.length} leaves for ${nodes} nodes`);
  }
  for (let node = 0; node < nodes; node++) {
    const [left, right] = [steps.readUInt16LE(node * 4), steps.readUInt16LE(node * 4 + 2)];
    // Steps go forward only, so there are no circles.
    if (node + Math.max(left, right) >= nodes) throw new CatboostError(`steps out of its ${nodes} nodes at ${node}`);
    const leaf = (ids[node] ?? 0) >>> 0;
    if ((left === 0 || right === 0) && leaf !== 0xffffffff && leaf > lastLeaf) {
      throw new CatboostError(`has the leaf ${leaf} at node ${node}`);
    }
  }
}

function contractOf(features: number, dimension: number): Contract {
  return {
    inputs: [{ name: 'features', dtype: 'float32', shape: [null, features] }],
    outputs: [{ name: 'prediction', dtype: 'float64', shape: dimension > 1 ? [null, dimension] : [null] }],
    source: 'catboost',
  };
}
