import { lstat } from 'node:fs/promises';
import { join } from 'node:path';
import type { InspectedFile } from '../inspect.ts';
import { checkDataFile, usesOf, type DataRules } from './data-file.ts';
import type { Layout } from './layout.ts';
import type { Unit } from './unit.ts';

const rules: DataRules = {
  missing: 'onnx/external-missing',
  range: 'onnx/external-range',
  shared: 'onnx/external-alias',
  unused: 'onnx/external-unused',
};

/** ONNX models whose weights stand in files of their own: each such file is plain, has one name, and every byte of it is a weight. */
export const onnxExternalData: Layout = {
  id: 'onnx-external-data',
  check: async (unit) => {
    for (const [path, uses] of usesOf(unit, 'onnx-external-data')) {
      const data = await checkDataFile(unit, path, uses, rules, 'onnx-data');
      if (data !== null) await checkName(unit, data, path);
    }
    return {};
  },
};

async function checkName(unit: Unit, data: InspectedFile, path: string): Promise<void> {
  const name = unit.isFolder ? join(unit.root, path) : unit.root;
  let problem: string | null;
  try {
    const facts = await lstat(name);
    if (facts.isFile()) problem = facts.nlink > 1 ? `has ${facts.nlink} names (hard links)` : null;
    else problem = 'is a link';
  } catch {
    problem = 'cannot be looked at';
  }
  if (problem !== null) unit.add(data, 'onnx/external-link', null, `The data file of an ONNX model ${problem}.`);
}
