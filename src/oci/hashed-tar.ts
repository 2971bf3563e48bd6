import { HashCrew, type Piece } from '../hashing/crew.ts';
import type { Runs } from '../hashing/hasher.ts';
import type { Blob } from './blob.ts';
import type { TarStream } from './tar-blob.ts';
import type { FileRun, TarCursor } from './tar-cursor.ts';
import type { FileEntry } from './tar-entry.ts';
import type { UploadSource } from './upload-source.ts';

/** What is told while a layer is read for its digest. */
export interface Watch {
  /** Called with the digest of each file's own content, when it is complete; may throw. Files are not hashed on their own without it. */
  readonly onFile?: ((file: FileEntry, sha256: string) => void) | undefined;
  /** Called with the bytes of files that were read, repetitions included; may throw. */
  readonly onRead?: ((bytes: number) => void) | undefined;
}

/** A piece of the stream that is filled and on its way to be hashed. */
interface Filled {
  readonly bytes: Buffer;
  /** Must be called when the bytes are no longer needed. */
  release(): void;
}

/** A tar stream that learns its digest, and those of its files, while it is read: in one read, unless a connection breaks. */
export class HashedTar implements UploadSource {
  readonly #tar: TarStream;
  readonly #watch: Watch;
  readonly #crew: HashCrew;
  readonly #addWhole: (piece: Piece, runs: Runs) => Promise<string[]>;
  readonly #addFiles: (piece: Piece, runs: Runs) => Promise<string[]>;
  /** Up to here everything is hashed, or on its way. */
  #seen = 0;
  #failure: { readonly error: unknown } | null = null;
  /** Of the whole stream. */
  readonly #digest = Promise.withResolvers<string>();
  /** Settled when all files are looked at. */
  #files: Promise<unknown> = Promise.resolve();

  /**
   * @param tar what is read
   * @param watch is told what is read
   * @param crew lends memory, and hashes
   */
  constructor(tar: TarStream, watch: Watch, crew: HashCrew) {
    this.#tar = tar;
    this.#watch = watch;
    this.#crew = crew;
    this.#addWhole = crew.stream(tar.size);
    this.#addFiles = watch.onFile === undefined ? () => Promise.resolve([]) : crew.stream(tar.size);
    this.#digest.promise.catch(() => undefined); // who asks for it hears of it
  }

  get size(): number {
    return this.#tar.size;
  }

  /**
   * The stream from any place. A second read, after a broken connection, may begin anywhere before the end of the first one.
   * @param start first byte
   * @yields pieces of about 1 MiB, each valid until the next is asked for
   * @throws what the reader of the files, and what is told of them, throws
   */
  async *read(start: number): AsyncGenerator<Uint8Array> {
    const cursor = this.#tar.cursor(start);
    let held: Filled | null = null;
    // A piece is read while the one before it is sent.
    let ahead = this.#fill(cursor);
    try {
      for (;;) {
        held = await ahead;
        if (held === null) return;
        ahead = this.#fill(cursor);
        ahead.catch(() => undefined); // it is heard of when it is its turn
        yield held.bytes;
        held.release();
        held = null;
      }
    } finally {
      held?.release();
      const last = await ahead.catch(() => null);
      last?.release();
      await cursor.close();
    }
  }

  /**
   * Reads everything, for the digests alone.
   * @returns the stream as a blob
   * @throws as `read` does
   */
  async readAll(): Promise<Blob> {
    const cursor = this.#tar.cursor(0);
    try {
      for (let piece = await this.#fill(cursor); piece !== null; piece = await this.#fill(cursor)) piece.release();
    } finally {
      await cursor.close();
    }
    return this.#tar.blob(await this.digest());
  }

  /**
   * When everything was read.
   * @returns the `sha256:` digest
   * @throws what `onFile` has thrown
   */
  async digest(): Promise<string> {
    if (this.#seen < this.size) throw new Error(`a layer was read to ${this.#seen} of ${this.size} bytes`);
    await this.#files;
    this.#refuse();
    return `sha256:${await this.#digest.promise}`;
  }

  async #fill(cursor: TarCursor): Promise<Filled | null> {
    this.#refuse();
    const piece = await this.#crew.take();
    // Who hashes, and who reads.
    let users = 3;
    const release = (): void => {
      if (--users === 0) this.#crew.give(piece);
    };
    try {
      const position = cursor.position;
      const { length, runs } = await cursor.fill(piece.bytes);
      const read = runs.reduce((sum, { from, to }) => sum + to - from, 0);
      if (read > 0) this.#watch.onRead?.(read);
      this.#refuse();
      this.#hash(piece, position, length, runs, release);
      if (length > 0) return { bytes: piece.bytes.subarray(0, length), release };
      release();
      return null;
    } catch (error) {
      while (users > 0) release();
      throw error;
    }
  }

  /** Hashes what was not seen before: what comes a second time, after a broken connection, is let through. */
  #hash(piece: Piece, position: number, length: number, runs: readonly FileRun[], release: () => void): void {
    const known = this.#seen - position;
    if (known < 0) throw new Error(`bytes ${this.#seen} to ${position} of a layer were not read`);
    if (known >= length) {
      release();
      release();
      return;
    }
    this.#seen = position + length;
    const fail = (error: unknown): void => {
      this.#failure ??= { error };
      this.#digest.reject(error);
    };
    const whole = this.#addWhole(piece, [known, length, this.#seen === this.size ? 1 : 0]);
    void whole
      .then(([digest]) => {
        if (digest !== undefined) this.#digest.resolve(digest);
      }, fail)
      .finally(release);
    // An empty file has no byte that could be new: it comes with the last byte of its header.
    const fresh = runs.filter(({ to }) => to > known);
    const numbers = fresh.flatMap(({ from, to, ends }) => [Math.max(from, known), to, ends ? 1 : 0]);
    const complete = fresh.filter(({ ends }) => ends);
    const files = this.#addFiles(piece, numbers)
      .then((digests) => {
        for (const [index, sha256] of digests.entries()) {
          const run = complete[index];
          if (run !== undefined) this.#watch.onFile?.(run.file, sha256);
        }
      })
      .catch(fail)
      .finally(release);
    const before = this.#files;
    this.#files = before.then(() => files);
  }

  #refuse(): void {
    if (this.#failure !== null) throw this.#failure.error;
  }
}

/**
 * Reads a small tar stream for its digest.
 * @param tar what is read
 * @returns the stream as a blob
 */
export async function hashTar(tar: TarStream): Promise<Blob> {
  const crew = new HashCrew(tar.size, 1);
  try {
    return await new HashedTar(tar, {}, crew).readAll();
  } finally {
    await crew.close();
  }
}
