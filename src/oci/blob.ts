import { open, readFile } from 'node:fs/promises';

/** Content that is known by its digest, and can be read again from any place: an upload may have to go on in the middle. */
export interface Blob {
  readonly digest: string;
  readonly size: number;
  /** Bytes from `start` (inclusive) to the end, in pieces of bounded size. */
  read(start: number): AsyncIterable<Uint8Array>;
}

const pieceBytes = 1024 * 1024;

/**
 * A blob that is a part of a file.
 * @param path of the file
 * @param from first byte
 * @param to byte after the last one
 * @yields pieces of at most 1 MiB
 */
export async function* readFilePart(path: string, from: number, to: number): AsyncGenerator<Uint8Array> {
  const file = await open(path, 'r');
  try {
    for (let position = from; position < to;) {
      const piece = Buffer.allocUnsafe(Math.min(pieceBytes, to - position));
      const { bytesRead } = await file.read(piece, 0, piece.length, position);
      if (bytesRead === 0) return; // shorter than expected: whoever checks the digest says so
      position += bytesRead;
      yield piece.subarray(0, bytesRead);
    }
  } finally {
    await file.close();
  }
}

/**
 * A blob that is a whole file.
 * @param path of the file
 * @param digest its `sha256:` digest
 * @param size its bytes
 * @returns the blob
 */
export function fileBlob(path: string, digest: string, size: number): Blob {
  return { digest, size, read: (start) => readFilePart(path, start, size) };
}

/**
 * A blob in memory.
 * @param content its bytes
 * @param digest its `sha256:` digest
 * @returns the blob
 */
export function memoryBlob(content: Uint8Array, digest: string): Blob {
  return {
    digest,
    size: content.length,
    async *read(start) {
      yield await Promise.resolve(content.subarray(start));
    },
  };
}

/**
 * Reads a small JSON file.
 * @param path of the file
 * @returns its value, not checked
 */
export async function readJson(path: string): Promise<unknown> {
  return JSON.parse(await readFile(path, 'utf8'));
}
