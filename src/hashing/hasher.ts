import { createHash, type Hash } from 'node:crypto';

/**
 * Which bytes of a piece are hashed, as triples: first byte, byte after the last one, and 1 when the digest is complete with them (0: more
 * is to come). The bytes after a complete digest begin the next one of the same stream. Plain numbers travel cheaply to a thread.
 */
export type Runs = readonly number[];

/** Computes sha256 digests of streams that come piece by piece; a piece is memory that is known by its number. */
export interface Hasher {
  /**
   * Takes the next bytes of a stream, in order.
   * @param stream any number: streams do not mix
   * @param piece number of the memory, which must not change until the promise is settled
   * @param runs places in it
   * @returns digests that are complete with them, hexadecimal
   * @throws when the thread that hashes has ended before its time
   */
  add(stream: number, piece: number, runs: Runs): Promise<string[]>;
  /** Lets go of what it holds; nothing may be added afterwards. */
  close(): Promise<void>;
}

/** Hashes where it is asked to. */
export class HashHere implements Hasher {
  readonly #pieces: readonly Uint8Array[];
  readonly #streams = new Map<number, Hash>();

  constructor(pieces: readonly Uint8Array[]) {
    this.#pieces = pieces;
  }

  add(stream: number, piece: number, runs: Runs): Promise<string[]> {
    const bytes = this.#pieces[piece] ?? new Uint8Array(0);
    const digests: string[] = [];
    for (let at = 0; at < runs.length; at += 3) {
      const hash = this.#streams.get(stream) ?? createHash('sha256');
      hash.update(bytes.subarray(runs[at], runs[at + 1]));
      if (runs[at + 2] === 1) digests.push(hash.digest('hex'));
      if (runs[at + 2] === 1) this.#streams.delete(stream);
      else this.#streams.set(stream, hash);
    }
    return Promise.resolve(digests);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}
