import type { Needle } from './needles.ts';

/** Looks for needles in bytes that arrive in pieces. */
export class NeedleSearch {
  readonly #needles: readonly Needle[];
  /** Bytes of the end of a piece that may begin a needle. */
  readonly #kept: number;
  #tail = Buffer.alloc(0);

  constructor(needles: readonly Needle[]) {
    this.#needles = needles;
    this.#kept = Math.max(0, ...needles.map(({ bytes }) => bytes.length - 1));
  }

  /**
   * Takes the next bytes.
   * @param piece not changed and not kept
   * @returns a needle that ends in them; null: none does
   */
  next(piece: Uint8Array): Needle | null {
    const bytes = Buffer.concat([this.#tail, piece]);
    const found = this.#needles.find((needle) => bytes.includes(needle.bytes)) ?? null;
    this.#tail = bytes.subarray(Math.max(0, bytes.length - this.#kept));
    return found;
  }
}
