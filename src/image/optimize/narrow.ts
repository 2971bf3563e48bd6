import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { MlDeployError } from '../../errors.ts';
import type { FileEvidence } from '../../pipeline/evidence.ts';
import { float32Bytes, headerFacts, narrowFile, type HalfType } from './narrow-file.ts';

/** A file of the model that another one stands for. */
export interface Replaced {
  readonly original: FileEvidence;
  readonly bytes: number;
  readonly sha256: string;
  /** Absolute path of what is put into the image. */
  readonly place: string;
  /** What differs from the facts of the original. */
  readonly facts: FileEvidence['facts'];
}

/** Files to write anew, and where. */
export interface Narrowing {
  readonly files: readonly FileEvidence[];
  readonly type: HalfType;
  /** Absolute path of a file of the model. */
  readonly placeOf: (file: FileEvidence) => string;
  /** An empty folder for the results. */
  readonly folder: string;
  /** Called with the bytes of each piece that is read; may throw to end everything. */
  readonly onRead: (bytes: number) => void;
}

/**
 * A type of half the size in the place of float32, in all safetensors files or in none: a model whose parts have different types would not be what its
 * configuration says. Nothing that an earlier build has written is taken: that these files are the validated ones, narrowed, is seen anew.
 * @param narrowing what, and where
 * @returns the new files; a text says why there are none, and then the folder is of no use
 * @throws MlDeployError `build/model-changed`; `build/optimize-failed` for a value beyond the range of float16
 */
export async function narrowAll(narrowing: Narrowing): Promise<readonly Replaced[] | string> {
  const { files, type, placeOf, folder, onRead } = narrowing;
  const tensors = files.filter(({ format }) => format === 'safetensors');
  const replaced: Replaced[] = [];
  for (const file of tensors) {
    const place = join(folder, file.sha256);
    const found = await narrowFile(placeOf(file), place, type, onRead).catch((error: unknown) => {
      throw explained(file, error);
    });
    if (found.kind === 'misfit') {
      if (type === 'F16') throw tooLarge(file, found);
      return `${file.path}: element ${found.element} of "${found.tensor}" is no bfloat16, so that float32 is kept everywhere`;
    }
    if (found.kind === 'nothing') continue;
    if (found.sourceSha256 !== file.sha256) throw changed(file);
    replaced.push({ original: file, bytes: found.bytes, sha256: found.sha256, place, facts: await headerFacts(place) });
  }
  if (replaced.length === 0) return 'no safetensors file holds float32';
  return [...replaced, ...(await withNewTotals(narrowing, replaced))];
}

function tooLarge({ path }: FileEvidence, { element, tensor }: { element: number; tensor: string }): MlDeployError {
  return new MlDeployError({
    code: 'build/optimize-failed',
    kind: 'usage',
    message: `${path} cannot be written as float16: element ${element} of "${tensor}" is beyond its range of ±65504`,
    hint: 'Take optimize.float16 away, or try optimize.bf16, which has the range of float32.',
  });
}

/** The index of shards says how large they are together. */
async function withNewTotals(
  { files, placeOf, folder }: Narrowing,
  replaced: readonly Replaced[],
): Promise<Replaced[]> {
  const indexes = files.filter(({ path }) => path.endsWith('.safetensors.index.json'));
  if (indexes.length === 0) return [];
  let saved = 0;
  for (const { original } of replaced) {
    const wide = await float32Bytes(placeOf(original)).catch((error: unknown) => {
      throw explained(original, error);
    });
    saved += wide / 2;
  }
  const changedIndexes: Replaced[] = [];
  for (const file of indexes) {
    const before = await readFile(placeOf(file), 'utf8').catch((error: unknown) => {
      throw explained(file, error);
    });
    const after = before.replace(/("total_size"\s*:\s*)(\d+)/, (_, key: string, total: string) => {
      return `${key}${Math.max(0, Number(total) - saved)}`;
    });
    if (createHash('sha256').update(before).digest('hex') !== file.sha256) throw changed(file);
    if (after === before) continue;
    const sha256 = createHash('sha256').update(after).digest('hex');
    const place = join(folder, file.sha256);
    await writeFile(place, after);
    changedIndexes.push({ original: file, bytes: Buffer.byteLength(after), sha256, place, facts: {} });
  }
  return changedIndexes;
}

/** The file was validated: when it is gone, ends early or has no header that can be read, it is not that file any more. */
function explained(file: FileEvidence, error: unknown): unknown {
  const { code } = error as { code?: unknown };
  if (error instanceof MlDeployError) return error;
  const gone = code === 'ENOENT' || code === 'ENOTDIR' || code === 'EISDIR';
  const other = error instanceof RangeError || error instanceof SyntaxError || error instanceof TypeError;
  return gone || other ? changed(file, error) : error;
}

/**
 * The error for a file whose content is another one than was validated; `cause` is what was found, if it was an error.
 * @returns `build/model-changed`
 */
export function changed({ path }: FileEvidence, cause?: unknown): MlDeployError {
  return new MlDeployError({
    code: 'build/model-changed',
    kind: 'inconclusive',
    message: `${path} is not the file that was validated: its content is another one`,
    hint: 'Run ml-deploy validate again, then build.',
    ...(cause === undefined ? {} : { cause }),
  });
}
