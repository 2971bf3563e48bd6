import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { SigningProblem } from './problem.ts';
import type { Resource, Statement } from './statement.ts';

/** One file of the model that is held against a statement. */
export interface PresentFile {
  /** Relative to the model root, `/`-separated. */
  readonly path: string;
  /** Where to read it; null when it is none that can be read. */
  readonly file: string | null;
  readonly bytes: number;
  /** Hex; empty when unknown. */
  readonly sha256: string;
  readonly isLink: boolean;
}

/** What differs between a model and what was signed. */
export interface Mismatch {
  readonly path: string;
  /** A clause: what is wrong with it. */
  readonly what: string;
}

/** What the comparison found. */
export interface Compared {
  readonly mismatches: readonly Mismatch[];
  /** Files that are as they were signed. */
  readonly covered: ReadonlySet<string>;
  /** Files that are there and that the signer left out on purpose. */
  readonly uncovered: readonly string[];
}

/** Never part of a signature, at the root of the model (section 6.2). */
export const neverSigned: readonly string[] = ['.git', '.gitignore', '.gitattributes', '.github'];

/**
 * Holds the files of a model against what was signed (section 8.4): every signed file is there with the same content, and nothing else is
 * there. `bundle` is the path of the signature in the model, which cannot sign itself.
 */
export async function compareFiles(
  statement: Statement,
  files: readonly PresentFile[],
  bundle: string | null,
  signal: AbortSignal,
): Promise<Compared> {
  const signed = groupResources(statement);
  const mismatches: Mismatch[] = [];
  const covered = new Set<string>();
  const uncovered: string[] = [];
  const there = new Set<string>();
  for (const file of files) {
    const { path } = file;
    if (path === bundle || isBelow(path, neverSigned)) continue;
    const resources = signed.get(path);
    there.add(path);
    if (resources === undefined) {
      if (isBelow(path, statement.ignored)) uncovered.push(path);
      // Shards of an empty file are none at all.
      else if (!(statement.method === 'shards' && file.bytes === 0 && file.file !== null)) {
        mismatches.push({ path, what: 'was not signed' });
      }
      continue;
    }
    const what = await differs(statement, file, resources, signal);
    if (what === null) covered.add(path);
    else mismatches.push({ path, what });
  }
  for (const path of signed.keys())
    if (!there.has(path)) mismatches.push({ path, what: 'was signed and is not there' });
  return { mismatches, covered, uncovered };
}

function isBelow(path: string, roots: readonly string[]): boolean {
  return roots.some((root) => path === root || path.startsWith(`${root.replace(/\/+$/, '')}/`));
}

/** Resources by file; for shards with the range that the name tells. */
function groupResources({ resources, method }: Statement): Map<string, Resource[]> {
  return Map.groupBy(resources, ({ name }) => {
    if (method === 'files') return name;
    const match = /^(.*):\d+:\d+$/s.exec(name);
    if (match?.[1] === undefined) throw new SigningProblem(`it lists ${JSON.stringify(name)} without a range of bytes`);
    return match[1];
  });
}

async function differs(
  statement: Statement,
  file: PresentFile,
  resources: readonly Resource[],
  signal: AbortSignal,
): Promise<string | null> {
  if (file.file === null || file.sha256 === '') return 'cannot be read';
  if (file.isLink && !statement.allowSymlinks) return 'is a link, and was signed as a file';
  if (statement.method === 'files') {
    const digest =
      statement.hash === 'sha256' ? file.sha256 : await hashRange(file.file, statement.hash, 0, file.bytes, signal);
    return digest === resources[0]?.digest ? null : 'is not what was signed';
  }
  const byName = new Map(resources.map(({ name, digest }) => [name, digest]));
  const size = statement.shardBytes ?? 1;
  // As many ranges as were signed, or the file has another size: no more need be read.
  if (Math.ceil(file.bytes / size) !== resources.length) return 'is not what was signed';
  for (let begin = 0; begin < file.bytes; begin += size) {
    const end = Math.min(begin + size, file.bytes);
    const expected = byName.get(`${file.path}:${begin}:${end}`);
    if (expected === undefined) return 'is not what was signed';
    if ((await hashRange(file.file, statement.hash, begin, end, signal)) !== expected) {
      return `is not what was signed, between the bytes ${begin} and ${end}`;
    }
  }
  return null;
}

async function hashRange(
  path: string,
  algorithm: Statement['hash'],
  begin: number,
  end: number,
  signal: AbortSignal,
): Promise<string> {
  const hash = createHash(algorithm === 'blake2b' ? 'blake2b512' : 'sha256');
  if (end > begin) {
    const options = { start: begin, end: end - 1, highWaterMark: 1024 * 1024, signal };
    for await (const chunk of createReadStream(path, options)) hash.update(chunk as Buffer);
  }
  return hash.digest('hex');
}
