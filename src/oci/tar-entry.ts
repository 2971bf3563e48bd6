import type { TarEntry } from './tar.ts';

/** A file that goes into a layer. */
export interface FileEntry {
  readonly kind: 'file';
  readonly path: string;
  readonly mode: number;
  /** Where the content lies on this machine: a path, or whatever the reader knows it by. */
  readonly source: string;
  readonly size: number;
  /** What its content must be, for who reads it; 64 hexadecimal digits. */
  readonly sha256?: string;
}

/** A file, a folder, a link, or a file whose content is at hand, that goes into a layer. */
export type LayerEntry =
  | { readonly kind: 'folder'; readonly path: string; readonly mode: number }
  | { readonly kind: 'symlink'; readonly path: string; readonly target: string }
  | FileEntry
  | { readonly kind: 'bytes'; readonly path: string; readonly mode: number; readonly content: Buffer };

/** How the files of a layer are read. */
export interface FileReader {
  /** All of a small file: exactly as many bytes as its entry says, or an error. */
  whole(file: FileEntry): Buffer;
  /** A large file. */
  open(file: FileEntry): Promise<OpenFile>;
}

/** A file that is read. */
export interface OpenFile {
  /**
   * Reads from a place in the file.
   * @returns how many bytes, at most as many as fit; 0 at its end
   */
  read(into: Buffer, position: number): Promise<number>;
  close(): Promise<void>;
}

/** Bytes of an entry's content. */
export function sizeOf(entry: LayerEntry): number {
  return entry.kind === 'file' ? entry.size : entry.kind === 'bytes' ? entry.content.length : 0;
}

/** What stands in an entry's header. */
export function headed(entry: LayerEntry): TarEntry {
  const { path } = entry;
  // Nobody looks at the permissions of a link; these are what Linux shows.
  if (entry.kind === 'symlink') return { path, kind: 'symlink', mode: 0o777, size: 0, target: entry.target };
  const kind = entry.kind === 'folder' ? 'folder' : 'file';
  return { path, kind, mode: entry.mode, size: sizeOf(entry) };
}
