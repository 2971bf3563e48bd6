import { createHash, randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
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

/** What no build has used for this long is removed. Milliseconds. */
const keptMs = 24 * 60 * 60 * 1000;

/** Files to write anew, and where. */
export interface Narrowing {
  readonly files: readonly FileEvidence[];
  readonly type: HalfType;
  /** Absolute path of a file of the model. */
  readonly placeOf: (file: FileEvidence) => string;
  /** Folder that keeps the results for the next build. */
  readonly folder: string;
  /** Called with the bytes of each piece that is read; may throw to end everything. */
  readonly onRead: (bytes: number) => void;
}

/**
 * A type of half the size in the place of float32, in all safetensors files or in none: a model whose parts have different types would not be what its
 * configuration says. What an earlier build has written is taken again.
 * @param narrowing what, and where
 * @returns the new files; a text says why there are none
 * @throws MlDeployError `build/model-changed`; `build/optimize-failed` for a value beyond the range of float16
 */
export async function narrowAll(narrowing: Narrowing): Promise<readonly Replaced[] | string> {
  const { files, type, placeOf, folder, onRead } = narrowing;
  await mkdir(folder, { recursive: true });
  const tensors = files.filter(({ format }) => format === 'safetensors');
  await forget(folder, tensors);
  const replaced: Replaced[] = [];
  for (const file of tensors) {
    const known = await recall(folder, file);
    if (known !== null) {
      replaced.push(known);
      continue;
    }
    const part = partOf(folder, file);
    const found = await narrowFile(placeOf(file), part, type, onRead).catch(async (error: unknown) => {
      await rm(part, { force: true });
      throw explained(file, error);
    });
    const usable = found.kind === 'written' && found.sourceSha256 === file.sha256;
    if (!usable) await rm(part, { force: true });
    if (found.kind === 'misfit') {
      if (type === 'F16') throw tooLarge(file, found);
      return `${file.path}: element ${found.element} of "${found.tensor}" is no bfloat16, so that float32 is kept everywhere`;
    }
    if (found.kind === 'nothing') continue;
    if (!usable) throw changed(file);
    const place = join(folder, `${file.sha256}.${found.sha256}`);
    await rename(part, place);
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

/** A file of this build alone: another one may write the same at this moment. */
function partOf(folder: string, { sha256 }: FileEvidence): string {
  return join(folder, `${sha256}.${randomUUID()}.part`);
}

/** What other models have left, and what was not finished, after a while: builds that run now may need theirs. */
async function forget(folder: string, files: readonly FileEvidence[]): Promise<void> {
  const kept = new Set(files.map(({ sha256 }) => sha256));
  for (const name of await readdir(folder)) {
    const [source = ''] = name.split('.');
    if (kept.has(source) && !name.endsWith('.part')) continue;
    const place = join(folder, name);
    const facts = await stat(place).catch(() => null);
    if (facts !== null && Date.now() - facts.mtimeMs > keptMs) await rm(place, { force: true });
  }
}

async function recall(folder: string, file: FileEvidence): Promise<Replaced | null> {
  const name = (await readdir(folder)).find((each) => each.startsWith(`${file.sha256}.`) && !each.endsWith('.part'));
  const sha256 = name?.split('.')[1];
  if (name === undefined || sha256 === undefined) return null;
  const place = join(folder, name);
  // Its content is compared with the digest when it is put into the image.
  try {
    const now = new Date();
    await utimes(place, now, now);
    return { original: file, bytes: (await stat(place)).size, sha256, place, facts: await headerFacts(place) };
  } catch {
    return null; // gone meanwhile, or damaged
  }
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
    const place = join(folder, `${file.sha256}.${sha256}`);
    const part = partOf(folder, file);
    await writeFile(part, after);
    await rename(part, place);
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
