/** A stream from which so many bytes are taken at a time. */
export class BytePieces {
  readonly #iterator: AsyncIterator<Uint8Array, unknown>;
  #rest: Buffer = Buffer.alloc(0);

  constructor(stream: AsyncIterable<Uint8Array>) {
    this.#iterator = stream[Symbol.asyncIterator]();
  }

  /**
   * Takes bytes together.
   * @param length how many
   * @returns exactly so many; null when the stream ends before
   */
  async take(length: number): Promise<Buffer | null> {
    const pieces: Buffer[] = [];
    let missing = length;
    while (missing > 0) {
      const piece = await this.next(missing);
      if (piece === null) return null;
      pieces.push(piece);
      missing -= piece.length;
    }
    return Buffer.concat(pieces);
  }

  /**
   * Takes what has come already, or the next piece.
   * @param most bytes
   * @returns at least one byte; null at the end of the stream
   */
  async next(most: number): Promise<Buffer | null> {
    while (this.#rest.length === 0) {
      const result = await this.#iterator.next();
      if (result.done === true) return null;
      const { buffer, byteOffset, byteLength } = result.value;
      this.#rest = Buffer.from(buffer, byteOffset, byteLength);
    }
    const piece = this.#rest.subarray(0, most);
    this.#rest = this.#rest.subarray(piece.length);
    return piece;
  }
}
