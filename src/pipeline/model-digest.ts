import { createHash } from 'node:crypto';

/** One file of a model: path relative to the model root with `/` between the parts, size in bytes, sha256 in 64 hex digits. */
export interface HashedFile {
  readonly path: string;
  readonly bytes: number;
  readonly sha256: string;
}

/**
 * The digest of a model: `sha256:` and the sha256, in hex, of the JSON text (UTF-8, without spaces) of the list
 * `[[path, bytes, sha256], ...]` with one entry per file, sorted by the UTF-8 bytes of the path. A model that is a single file has
 * one entry, with the name of the file as its path. Only paths and contents count: not the folder's own name, times, owners or modes.
 * Links count as what they lead to; empty folders do not count.
 */
export function modelDigest(files: readonly HashedFile[]): string {
  const sorted = files.toSorted((a, b) => Buffer.compare(Buffer.from(a.path), Buffer.from(b.path)));
  const text = JSON.stringify(sorted.map(({ path, bytes, sha256 }) => [path, bytes, sha256]));
  return `sha256:${createHash('sha256').update(text).digest('hex')}`;
}
