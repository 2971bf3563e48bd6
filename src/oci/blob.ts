import { closeSync, openSync, readSync } from 'node:fs';
import { open } from 'node:fs/promises';

import type { Repository } from './repository.ts';

/** Content that is known by its digest, and can be read again from any place: an upload may have to go on in the middle. */
export interface Blob {
  readonly digest: string;
  readonly size: number;
  /** A repository that has it: in the same registry nothing need be sent. */
  readonly origin?: Repository;
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
 * Reads a small file at once.
 * @param path of the file
 * @param size bytes that it must have
 * @returns its content
 * @throws when it has another size
 */
export function readWholeFile(path: string, size: number): Buffer {
  const file = openSync(path, 'r');
  try {
    return readExactly(file, size, path);
  } finally {
    closeSync(file);
  }
}

/**
 * Reads an open file from its beginning.
 * @param file its descriptor
 * @param size bytes that it must have
 * @param path for messages
 * @returns its content
 * @throws when it has another size
 */
export function readExactly(file: number, size: number, path: string): Buffer {
  const content = Buffer.allocUnsafe(size + 1); // one more byte would be one too many
  let filled = 0;
  while (filled <= size) {
    const bytes = readSync(file, content, filled, content.length - filled, filled);
    if (bytes === 0) break;
    filled += bytes;
  }
  if (filled !== size) throw new Error(`${path} no longer has ${size} bytes`);
  return content.subarray(0, size);
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
