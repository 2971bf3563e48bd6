import { MlDeployError } from '../errors.ts';

/** Content that is sent in one go; its digest need not be known before all of it was read. */
export interface UploadSource {
  readonly size: number;
  /** Bytes from `start` (inclusive) to the end, in pieces of bounded size. A second read starts anywhere, after a broken connection. */
  read(start: number): AsyncIterable<Uint8Array>;
  /**
   * Called when the registry has all bytes.
   * @returns the `sha256:` digest
   * @throws when the content must not be published; the upload is then cancelled
   */
  digest(): string;
}

/** Reads a source piece by piece over several requests: the source itself is read on, and begun anew only after a jump. */
export class SourceReader {
  readonly #source: UploadSource;
  #pieces: AsyncIterator<Uint8Array, unknown> | null = null;
  #position = 0;
  #rest: Uint8Array = new Uint8Array(0);

  constructor(source: UploadSource) {
    this.#source = source;
  }

  /**
   * Some bytes of the source.
   * @param from first byte
   * @param to byte after the last one
   * @yields pieces
   * @throws MlDeployError `build/unreadable`: it is no fault of the connection, and no second attempt helps
   */
  async *read(from: number, to: number): AsyncGenerator<Uint8Array> {
    if (this.#pieces === null || this.#position !== from) {
      await this.close();
      this.#pieces = this.#source.read(from)[Symbol.asyncIterator]();
      this.#position = from;
    }
    while (this.#position < to) {
      if (this.#rest.length === 0) {
        const next = await this.#pieces.next().catch((error: unknown) => {
          throw error instanceof MlDeployError ? error : unreadable(error);
        });
        if (next.done === true) throw unreadable(new Error(`it ended after ${this.#position} bytes`));
        this.#rest = next.value;
      }
      const piece = this.#rest.subarray(0, to - this.#position);
      this.#rest = this.#rest.subarray(piece.length);
      this.#position += piece.length;
      yield piece;
    }
  }

  /** Ends the reading: files are closed. */
  async close(): Promise<void> {
    this.#rest = new Uint8Array(0);
    const pieces = this.#pieces;
    this.#pieces = null;
    await pieces?.return?.();
  }
}

function unreadable(cause: unknown): MlDeployError {
  return new MlDeployError({
    code: 'build/unreadable',
    kind: 'infrastructure',
    message: `what is to be sent cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`,
    hint: 'Check the disk and the files named, then run the same command again.',
    cause,
  });
}
