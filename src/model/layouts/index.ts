import { unnamedSource } from '../../contract/compare.ts';
import type { Contract } from '../../pipeline/evidence.ts';
import type { InspectedFile } from '../inspect.ts';
import { huggingFace } from './hugging-face.ts';
import type { Layout } from './layout.ts';
import { onnxExternalData } from './onnx-external-data.ts';
import { opaqueWeights } from './opaque-weights.ts';
import { savedModelFolder } from './savedmodel.ts';
import { triton } from './triton.ts';
import type { Unit } from './unit.ts';
import { unpackedMar } from './mar.ts';
import { mlflow } from './mlflow.ts';
import { peft } from './peft.ts';
import { diffusers } from './diffusers.ts';
import { shards } from './shards.ts';

/** Every layout; all of them are asked about every unit. */
export const layouts: readonly Layout[] = [
  huggingFace,
  diffusers,
  peft,
  mlflow,
  triton,
  unpackedMar,
  shards,
  onnxExternalData,
  savedModelFolder,
  opaqueWeights,
];

/** What the layouts made of a unit. */
export interface LaidOut {
  readonly files: readonly InspectedFile[];
  /** Inputs and outputs: a layout's before those of the only file that tells some. */
  readonly contract: Contract | null;
}

/** Judges the files of a unit together. Content that neither a format nor a layout explains is a finding. */
export async function applyLayouts(unit: Unit): Promise<LaidOut> {
  const contracts: Contract[] = [];
  for (const layout of layouts) {
    const { contract } = await layout.check(unit);
    if (contract !== undefined) contracts.push(contract);
  }
  const files = unit.files.map((file) => {
    const inspected = unit.inspected(file);
    if (inspected.unaccounted === true) {
      file.findings.add('format/unknown', null, 'The content is of no format that ml-deploy knows.');
    }
    return { ...file, inspected };
  });
  return { files, contract: contracts[0] ?? onlyContract(files) };
}

/** Files of a folder that hold no model. */
const beside: ReadonlySet<string> = new Set(['text', 'picture', 'json', 'yaml', 'none']);

/** The contract of the only file that tells one. An estimator may be one step of many: it counts when it is the only model. */
function onlyContract(files: readonly InspectedFile[]): Contract | null {
  const own = files.flatMap(({ inspected: { contract } }) => contract ?? []);
  const named = own.filter(({ source }) => source !== unnamedSource);
  if (named.length > 0) return named.length === 1 ? (named[0] ?? null) : null;
  const models = files.filter(({ inspected }) => !beside.has(inspected.format));
  return models.length === 1 ? (own[0] ?? null) : null;
}
