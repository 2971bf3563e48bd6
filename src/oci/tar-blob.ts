import { createHash, type Hash } from 'node:crypto';

import { readFilePart, readWholeFile, type Blob } from './blob.ts';
import { blockBytes, padding, tarEnd, tarHeader, tarHeaderSize, type TarEntry } from './tar.ts';
import type { UploadSource } from './upload-source.ts';

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
  /** Bytes `from` to `to` (exclusive) of a file. */
  part(file: FileEntry, from: number, to: number): AsyncIterable<Uint8Array>;
}

/** What is told while a layer is read for its digest. */
export interface Watch {
  /** Called with the digest of each file's own content, when it is complete; files are not hashed on their own without it. */
  readonly onFile?: ((file: FileEntry, sha256: string) => void) | undefined;
  /** Called with the bytes of files that were read, repetitions included. */
  readonly onRead?: ((bytes: number) => void) | undefined;
}

/** A stretch of the stream. */
interface Part {
  readonly position: number;
  readonly bytes: Uint8Array;
  /** The file whose content is (a part of) the bytes, and where in them. */
  readonly file: FileEntry | null;
  readonly from: number;
  readonly to: number;
}

/** Files up to this size are read at once: one blocking call takes less time than asking for it. */
const smallBytes = 256 * 1024;
/** Small stretches are put together to this size before they are sent. */
const gatheredBytes = 1024 * 1024;

const plainReader: FileReader = {
  whole: ({ source, size }) => readWholeFile(source, size),
  part: ({ source }, from, to) => readFilePart(source, from, to),
};

/** A tar stream that is never written to disk. */
export class TarStream {
  readonly #entries: readonly LayerEntry[];
  /** Where each entry begins, and the end mark. */
  readonly #starts: Float64Array;
  readonly #reader: FileReader;
  readonly size: number;

  constructor(entries: readonly LayerEntry[], reader: FileReader = plainReader) {
    this.#entries = entries;
    this.#starts = new Float64Array(entries.length + 1);
    let start = 0;
    for (const [index, entry] of entries.entries()) {
      this.#starts[index] = start;
      start += tarHeaderSize(headed(entry)) + Math.ceil(sizeOf(entry) / blockBytes) * blockBytes;
    }
    this.#starts[entries.length] = start;
    this.#reader = reader;
    this.size = start + tarEnd.length;
  }

  /**
   * Reads everything once.
   * @param onFile called with the digest of each file's own content, when it is complete
   * @param onRead called with the bytes of each piece of a file
   * @returns the stream as a blob
   */
  async hash(onFile?: Watch['onFile'], onRead?: Watch['onRead']): Promise<Blob> {
    const digests = new Digests({ onFile, onRead });
    for await (const part of this.#parts(0)) digests.take(part);
    return this.blob(digests.digest());
  }

  /**
   * The stream for an upload that learns the digest while it reads: in one read, unless the connection breaks.
   * @param watch is told what is read
   * @returns a source for one upload
   */
  hashed(watch: Watch): UploadSource {
    const digests = new Digests(watch);
    const parts = (start: number): AsyncGenerator<Part> => this.#parts(start);
    return {
      size: this.size,
      read: (start) => gathered(watched(parts(start), digests)),
      digest: () => digests.digest(),
    };
  }

  /**
   * The stream as a blob.
   * @param digest which is known already
   * @returns content that is read when it is needed
   */
  blob(digest: string): Blob {
    return { digest, size: this.size, read: (start) => this.read(start) };
  }

  /**
   * The stream from any place.
   * @param start first byte
   * @yields pieces of about 1 MiB
   */
  async *read(start: number): AsyncGenerator<Uint8Array> {
    yield* gathered(this.#parts(start));
  }

  async *#parts(start: number): AsyncGenerator<Part> {
    for (let index = this.#indexAt(start); index <= this.#entries.length; index++) {
      const begins = this.#starts[index] ?? 0;
      const skip = Math.max(0, start - begins);
      const entry = this.#entries[index];
      if (entry === undefined) yield plain(begins, tarEnd, skip);
      else if (entry.kind === 'file' && entry.size > smallBytes) yield* this.#large(begins, entry, skip);
      else yield* this.#small(begins, entry, skip);
    }
  }

  /** A whole entry in one part. */
  *#small(start: number, entry: LayerEntry, skip: number): Generator<Part> {
    const header = headerOf(entry);
    const content =
      entry.kind === 'bytes' ? entry.content : entry.kind === 'file' ? this.#reader.whole(entry) : Buffer.alloc(0);
    const bytes = Buffer.concat([header, content, padding(content.length)]).subarray(skip);
    if (bytes.length === 0) return;
    const from = Math.max(0, header.length - skip);
    const to = Math.max(0, header.length + content.length - skip);
    yield { position: start + skip, bytes, file: entry.kind === 'file' ? entry : null, from, to };
  }

  async *#large(start: number, entry: FileEntry, skip: number): AsyncGenerator<Part> {
    const header = headerOf(entry);
    if (skip < header.length) yield plain(start, header, skip);
    const contentStart = start + header.length;
    let at = Math.max(0, skip - header.length);
    for await (const bytes of this.#reader.part(entry, Math.min(at, entry.size), entry.size)) {
      yield { position: contentStart + at, bytes, file: entry, from: 0, to: bytes.length };
      at += bytes.length;
    }
    if (at < entry.size) throw new Error(`${entry.source} ended after ${at} of ${entry.size} bytes`);
    const fill = padding(entry.size);
    if (at - entry.size < fill.length) yield plain(contentStart + entry.size, fill, at - entry.size);
  }

  /** The last entry that begins at or before this byte. */
  #indexAt(position: number): number {
    let low = 0;
    let high = this.#entries.length;
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if ((this.#starts[middle] ?? 0) <= position) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}

/** Hashes parts in order; what comes a second time, after a broken connection, is let through. */
class Digests {
  readonly #watch: Watch;
  readonly #whole = createHash('sha256');
  #file: Hash | null = null;
  #fileBytes = 0;
  #seen = 0;
  #digest: string | null = null;

  constructor(watch: Watch) {
    this.#watch = watch;
  }

  take({ position, bytes, file, from, to }: Part): void {
    if (file !== null) this.#watch.onRead?.(to - from);
    const known = this.#seen - position;
    if (known < 0) throw new Error(`bytes ${this.#seen} to ${position} of a layer were not read`);
    if (known >= bytes.length && bytes.length > 0) return;
    this.#whole.update(known > 0 ? bytes.subarray(known) : bytes);
    this.#seen = position + bytes.length;
    if (file !== null && this.#watch.onFile !== undefined) {
      this.#takeFile(file, bytes.subarray(Math.min(to, Math.max(from, known)), to));
    }
  }

  #takeFile(file: FileEntry, content: Uint8Array): void {
    if (content.length === 0 && file.size > 0) return;
    this.#file ??= createHash('sha256');
    this.#file.update(content);
    this.#fileBytes += content.length;
    if (this.#fileBytes < file.size) return;
    const sha256 = this.#file.digest('hex');
    this.#file = null;
    this.#fileBytes = 0;
    this.#watch.onFile?.(file, sha256);
  }

  digest(): string {
    this.#digest ??= `sha256:${this.#whole.digest('hex')}`;
    return this.#digest;
  }
}

async function* watched(parts: AsyncIterable<Part>, digests: Digests): AsyncGenerator<Part> {
  for await (const part of parts) {
    digests.take(part);
    yield part;
  }
}

async function* gathered(parts: AsyncIterable<Part>): AsyncGenerator<Uint8Array> {
  let waiting: Uint8Array[] = [];
  let bytes = 0;
  for await (const part of parts) {
    waiting.push(part.bytes);
    bytes += part.bytes.length;
    if (bytes < gatheredBytes) continue;
    yield together(waiting);
    waiting = [];
    bytes = 0;
  }
  if (bytes > 0) yield together(waiting);
}

function together(pieces: readonly Uint8Array[]): Uint8Array {
  const [only] = pieces;
  return pieces.length === 1 && only !== undefined ? only : Buffer.concat(pieces);
}

function plain(start: number, bytes: Buffer, skip: number): Part {
  return { position: start + skip, bytes: bytes.subarray(skip), file: null, from: 0, to: 0 };
}

function sizeOf(entry: LayerEntry): number {
  return entry.kind === 'file' ? entry.size : entry.kind === 'bytes' ? entry.content.length : 0;
}

function headerOf(entry: LayerEntry): Buffer {
  return tarHeader(headed(entry));
}

function headed(entry: LayerEntry): TarEntry {
  const { path } = entry;
  // Nobody looks at the permissions of a link; these are what Linux shows.
  if (entry.kind === 'symlink') return { path, kind: 'symlink', mode: 0o777, size: 0, target: entry.target };
  const kind = entry.kind === 'folder' ? 'folder' : 'file';
  return { path, kind, mode: entry.mode, size: sizeOf(entry) };
}
