import { posix } from 'node:path';

import type { Config } from '../../config/config.ts';
import type { FileEvidence, ValidateEvidence } from '../../pipeline/evidence.ts';
import { trainingFile, weightForms } from '../../training-files.ts';

/** A file that is left out of the image, and why. */
export interface Dropped {
  readonly file: FileEvidence;
  readonly why: string;
}

/**
 * Files that the image does not need.
 * @param files of the model
 * @param kinds `optimize.drop`
 * @param server decides which of several forms of the same weights is kept
 */
export function droppedFiles(
  files: readonly FileEvidence[],
  kinds: Config['optimize']['drop'],
  server: Config['server'],
): Dropped[] {
  const training = kinds.includes('training') ? files.filter(isTraining) : [];
  const others = files.filter((file) => !training.includes(file));
  const folders = kinds.includes('duplicates')
    ? Map.groupBy(others, ({ path }) => posix.dirname(path))
    : new Map<string, FileEvidence[]>();
  return [
    ...training.map((file) => ({ file, why: 'training saves it to go on later' })),
    ...[...folders.values()].flatMap((own) => duplicates(own, server)),
  ];
}

/**
 * The model without the files that are left out of the image.
 * @param validated evidence of the model
 * @param config `optimize.drop` and the server
 */
export function withoutDropped(validated: ValidateEvidence, config: Config): ValidateEvidence {
  const { model } = validated;
  const gone = new Set(droppedFiles(model.files, config.optimize.drop, config.server).map(({ file }) => file));
  return { ...validated, model: { ...model, files: model.files.filter((file) => !gone.has(file)) } };
}

function isTraining({ path }: FileEvidence): boolean {
  return trainingFile.test(posix.basename(path));
}

function duplicates(files: readonly FileEvidence[], { type, entry }: Config['server']): Dropped[] {
  // What our own application loads by itself, it needs.
  const onnxFirst = type === 'onnxruntime' || (type === 'fastapi' && entry === null);
  const order = weightForms.toSorted(([a], [b]) => (onnxFirst ? Number(b === 'ONNX') - Number(a === 'ONNX') : 0));
  const found = order
    .map(([form, pattern]) => ({ form, own: files.filter(({ path }) => pattern.test(baseOf(path))) }))
    .filter(({ own }) => own.length > 0);
  const [kept, ...others] = found;
  if (kept === undefined) return [];
  return others.flatMap(({ form, own }) =>
    own.map((file) => ({ file, why: `the same weights (${form}) are there as ${kept.form}` })),
  );
}

/** The list of a form's shards goes with it. */
function baseOf(path: string): string {
  return posix.basename(path).replace(/\.index\.json$/, '');
}
