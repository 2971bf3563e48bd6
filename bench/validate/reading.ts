import { createHash } from 'node:crypto';
import { closeSync, openSync, readSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { validatePath } from '../../src/model/validate.ts';
import { silentReporter } from '../../src/pipeline/reporter.ts';

/** Seconds for one file, medians. */
export interface Reading {
  /** sha256 and every check. */
  readonly checked: number;
  /** sha256 alone. */
  readonly hashed: number;
}

/** The program that measures one file in a process of its own: its argument is the file, its output a `Reading`. */
export const program = fileURLToPath(import.meta.url);

const turns = 9;

/** Reads a file again and again, to judge it and only to hash it in turn, when everything is loaded and compiled. */
async function measureReading(path: string): Promise<Reading> {
  const checked: number[] = [];
  const hashed: number[] = [];
  for (let turn = 0; turn <= turns; turn++) {
    let started = performance.now();
    const sha256 = hashFile(path);
    const plain = performance.now() - started;
    started = performance.now();
    const { verdict, model } = await validatePath(path, {}, silentReporter, new AbortController().signal);
    const ours = performance.now() - started;
    if (verdict !== 'clean' || model.files[0]?.sha256 !== sha256)
      throw new Error(`${path}: ${verdict}, or another digest`);
    // The first turn loads and compiles.
    if (turn === 0) continue;
    checked.push(ours / 1000);
    hashed.push(plain / 1000);
  }
  return { checked: middle(checked), hashed: middle(hashed) };
}

function hashFile(path: string): string {
  const hash = createHash('sha256');
  const file = openSync(path, 'r');
  const buffer = Buffer.allocUnsafe(1024 * 1024);
  for (let size = readSync(file, buffer); size > 0; size = readSync(file, buffer))
    hash.update(buffer.subarray(0, size));
  closeSync(file);
  return hash.digest('hex');
}

function middle(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}

if (process.argv[1] === program) console.log(JSON.stringify(await measureReading(process.argv[2] ?? '')));
