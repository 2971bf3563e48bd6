import { posix } from 'node:path';
import { printable } from '../../printable.ts';
import { checkDataFile, usesOf, type DataRules } from './data-file.ts';
import type { InspectedFile } from '../inspect.ts';
import type { Layout } from './layout.ts';
import type { Unit } from './unit.ts';

const rules: DataRules = {
  missing: 'savedmodel/missing',
  range: 'savedmodel/data',
  shared: 'savedmodel/data',
  unused: 'savedmodel/unused',
};

/** A SavedModel of TensorFlow: the graph, its variables (every byte of which the index names), its assets. Also plain checkpoints. */
export const savedModelFolder: Layout = {
  id: 'savedmodel',
  check: async (unit) => {
    for (const [path, uses] of usesOf(unit, 'tensor-bundle')) {
      await checkDataFile(unit, path, uses, rules, 'tensorflow-data');
    }
    accountForEmptyShards(unit);
    await checkAssets(unit);
    for (const graph of unit.named('saved_model.pb')) {
      if (graph.inspected.format !== 'savedmodel' || graph.inspected.facts['variables'] !== true) continue;
      const index = posix.join(posix.dirname(graph.entry.path), 'variables', 'variables.index');
      if (unit.file(index) !== undefined) continue;
      unit.add(graph, 'savedmodel/missing', null, `The model has variables, but ${printable(index)} is not there.`);
    }
    return {};
  },
};

/** A model without variables has data files without content, which only `file/empty` knows. */
function accountForEmptyShards(unit: Unit): void {
  for (const file of unit.files) {
    if (file.bytes === 0) continue;
    const match = /^(.*)\.data-\d{5}-of-\d{5}$/.exec(file.entry.path);
    const index = match === null ? undefined : unit.file(`${match[1] ?? ''}.index`);
    // Nobody refers to it.
    if (index?.inspected.format === 'tensorflow-index' && unit.inspected(file).unaccounted === true) {
      unit.add(file, 'savedmodel/unused', 0, 'The index of the variables uses nothing of this data file.');
    }
  }
}

async function checkAssets(unit: Unit): Promise<void> {
  for (const [path, [use]] of usesOf(unit, 'savedmodel-asset', 'assets')) {
    if (use === undefined) continue;
    const outside = /(^|[\\/])\.\.([\\/]|$)|^[\\/]|^[A-Za-z]:/.test(use.path) || use.path === '';
    if (outside) unit.add(use.from, 'savedmodel/asset', null, `The ${use.user} leads out of the folder of the model.`);
    const file = outside ? undefined : unit.file(path);
    if (file === undefined) {
      if (!outside) unit.add(use.from, 'savedmodel/missing', null, `The ${use.user} is not in the folder assets.`);
    } else if (unit.inspected(file).unaccounted === true && (await isText(unit, file))) {
      unit.account(file, 'savedmodel-asset');
    }
  }
}

/** Vocabularies are text, whatever they are called. */
async function isText(unit: Unit, file: InspectedFile): Promise<boolean> {
  const text = await unit.text(file);
  // What is not UTF-8 was replaced by this character.
  return text !== null && !/[\0\ufffd]/.test(text);
}
