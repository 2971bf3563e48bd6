import { open } from 'node:fs/promises';

import { readWholeFile, type Blob } from './blob.ts';
import { blockBytes, tarEnd, tarHeaderSize } from './tar.ts';
import { TarCursor } from './tar-cursor.ts';
import { headed, sizeOf, type FileReader, type LayerEntry } from './tar-entry.ts';

/** Bytes that are read and sent at a time. */
const pieceBytes = 1024 * 1024;

const plainReader: FileReader = {
  whole: ({ source, size }) => readWholeFile(source, size),
  async open({ source }) {
    const file = await open(source, 'r');
    return {
      read: async (into, position) => (await file.read(into, 0, into.length, position)).bytesRead,
      close: () => file.close(),
    };
  },
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
   * @yields pieces of 1 MiB, and a last one
   */
  async *read(start: number): AsyncGenerator<Uint8Array> {
    const cursor = this.cursor(start);
    const next = async (): Promise<Buffer> => {
      const piece = Buffer.allocUnsafe(Math.min(pieceBytes, this.size - cursor.position));
      return piece.subarray(0, (await cursor.fill(piece)).length);
    };
    // A piece is read while the one before it is used.
    let ahead = next();
    try {
      for (let piece = await ahead; piece.length > 0; piece = await ahead) {
        ahead = next();
        ahead.catch(() => undefined); // it is heard of when it is its turn
        yield piece;
      }
    } finally {
      await ahead.catch(() => undefined);
      await cursor.close();
    }
  }

  /**
   * Reads the stream from any place into memory that is there already.
   * @param start first byte
   * @returns a cursor, to be closed
   */
  cursor(start: number): TarCursor {
    return new TarCursor(this.#entries, this.#starts, this.#reader, this.#indexAt(start), start);
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
