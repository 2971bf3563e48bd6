import { MlDeployError } from '../errors.ts';

/** Content that is sent in one go; its digest need not be known before all of it was read. */
export interface UploadSource {
  readonly size: number;
  /**
   * Bytes from `start` (inclusive) to the end, in pieces of bounded size, each valid until the next is asked for. A second read starts
   * anywhere, after a broken connection.
   */
  read(start: number): AsyncIterable<Uint8Array>;
  /**
   * Called when the registry has all bytes.
   * @returns the `sha256:` digest
   * @throws when the content must not be published; the upload is then cancelled
   */
  digest(): Promise<string>;
}

/** Reads a source piece by piece over several requests: the source itself is read on, and begun anew only after a jump. */
export class SourceReader {
  readonly #source: UploadSource;
  #pieces: AsyncIterator<Uint8Array, unknown> | null = null;
  #position = 0;
  #rest: Uint8Array = new Uint8Array(0);
  /** Counts reads: one that was given up with its connection must take nothing from the next one. */
  #turn = 0;
  /** A piece is on its way, or never came. */
  #waiting = false;
  #failure: unknown = null;

  constructor(source: UploadSource) {
    this.#source = source;
  }

  /**
   * Whether the source is to blame.
   * @param error of a request whose body was read from here
   * @returns true when it came from the source: the connection to the registry is well
   */
  hasFailedWith(error: unknown): boolean {
    return this.#failure !== null && this.#failure === error;
  }

  /**
   * Some bytes of the source. The read before it, if it has not ended, ends.
   * @param from first byte
   * @param to byte after the last one
   * @yields pieces
   * @throws MlDeployError `build/unreadable`: it is no fault of the connection, and no second attempt helps
   */
  async *read(from: number, to: number): AsyncGenerator<Uint8Array> {
    const turn = ++this.#turn;
    if (this.#pieces === null || this.#position !== from || this.#waiting) {
      await this.#end();
      if (turn !== this.#turn) return;
      this.#pieces = this.#source.read(from)[Symbol.asyncIterator]();
      this.#position = from;
    }
    const pieces = this.#pieces;
    while (turn === this.#turn && this.#position < to) {
      if (this.#rest.length === 0) {
        this.#waiting = true;
        const next = await pieces.next().catch((error: unknown) => this.#fail(error, turn));
        if (turn !== this.#turn) return;
        this.#waiting = false;
        if (next.done === true) return this.#fail(new Error(`it ended after ${this.#position} bytes`), turn);
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
    this.#turn++;
    await this.#end();
  }

  async #end(): Promise<void> {
    const pieces = this.#pieces;
    const waiting = this.#waiting;
    this.#pieces = null;
    this.#waiting = false;
    this.#rest = new Uint8Array(0);
    const ended = pieces?.return?.();
    // It ends when the piece has come, and nobody knows when that is.
    if (waiting) ended?.catch(() => undefined);
    else await ended;
  }

  #fail(cause: unknown, turn: number): never {
    const error = cause instanceof MlDeployError ? cause : unreadable(cause);
    if (turn === this.#turn) this.#failure = error;
    throw error;
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
