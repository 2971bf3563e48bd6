import { createHash, randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';

import { parseOutcome, type Outcome } from './outcome.ts';

/** What no build has used for this long is removed. Milliseconds. */
const keptMs = 24 * 60 * 60 * 1000;

/** A folder with report.json and, unless nothing changed, the new model. */
export interface Result {
  readonly folder: string;
  readonly outcome: Outcome;
  /** It was there before. */
  readonly known: boolean;
  /** Removes what no later build can find; to be called when the new model was read. */
  readonly close: () => Promise<void>;
}

/**
 * The result of an earlier run of the same program with the same files, or of a new run.
 * @param cache folder that stays between builds
 * @param inputs everything that decides about the result
 * @param fresh runs anew whatever is there
 * @param make writes the result into an existing empty folder
 * @returns the result, to be closed
 */
export async function keptResult(
  cache: string,
  inputs: unknown,
  fresh: boolean,
  make: (out: string) => Promise<void>,
): Promise<Result> {
  const parent = join(cache, 'optimize');
  const key = createHash('sha256').update(JSON.stringify(inputs)).digest('hex');
  await mkdir(parent, { recursive: true });
  await forget(parent);
  const kept = join(parent, key);
  const known = fresh ? null : await recall(kept);
  if (known !== null) return { folder: kept, outcome: known, known: true, close: stays };
  const part = `${kept}.${randomUUID()}`;
  await mkdir(part);
  try {
    await make(part);
    const outcome = parseOutcome(await readFile(join(part, 'report.json'), 'utf8'));
    // What is made anew to be compared takes nobody's place. A problem may pass.
    const folder = fresh || outcome.problem !== null ? part : await moved(part, kept);
    const goes = (): Promise<void> => rm(part, { recursive: true, force: true });
    return { folder, outcome, known: false, close: folder === part ? goes : stays };
  } catch (error) {
    await rm(part, { recursive: true, force: true });
    throw error;
  }
}

async function stays(): Promise<void> {
  // The next build uses it.
}

/** To its place, unless another build has put the same there meanwhile; what cannot be read there goes. */
async function moved(part: string, kept: string): Promise<string> {
  const done = (): string => kept;
  const taken = (): null => null;
  const first = await rename(part, kept).then(done, taken);
  if (first !== null) return first;
  if ((await recall(kept)) !== null) return part;
  await rm(kept, { recursive: true, force: true });
  return (await rename(part, kept).then(done, taken)) ?? part;
}

async function recall(folder: string): Promise<Outcome | null> {
  try {
    const outcome = parseOutcome(await readFile(join(folder, 'report.json'), 'utf8'));
    const now = new Date();
    await utimes(folder, now, now);
    return outcome;
  } catch {
    return null;
  }
}

/**
 * Removes what no build has used for a day.
 * @param parent folder of it all
 */
export async function forget(parent: string): Promise<void> {
  for (const name of await readdir(parent)) {
    const facts = await stat(join(parent, name)).catch(() => null);
    if (facts !== null && Date.now() - facts.mtimeMs > keptMs) {
      await rm(join(parent, name), { recursive: true, force: true });
    }
  }
}
