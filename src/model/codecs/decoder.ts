import { Stopped, type Sink, type Unpacking } from './unpacking.ts';

/** Why packed data cannot be unpacked; the message follows "cannot be unpacked:". */
export class CorruptData extends Error {}

/** Packed bytes that came and were not used yet. */
export class Input {
  buffer: Buffer = Buffer.alloc(0);
  /** Index of the next byte in the buffer. */
  at = 0;
  /** No more bytes will come. */
  last = false;
  private before = 0;

  /** Bytes used since the beginning. */
  get used(): number {
    return this.before + this.at;
  }

  /** Bytes at hand. */
  get available(): number {
    return this.buffer.length - this.at;
  }

  append(chunk: Buffer): void {
    this.before += this.at;
    this.buffer = this.available === 0 ? chunk : Buffer.concat([this.buffer.subarray(this.at), chunk]);
    this.at = 0;
  }

  /** Keeps what is left beyond the life of the last chunk. */
  keep(): void {
    this.before += this.at;
    this.buffer = Buffer.from(this.buffer.subarray(this.at));
    this.at = 0;
  }

  /** Whether `bytes` are at hand; throws when they will never be. */
  has(bytes: number): boolean {
    if (this.available >= bytes) return true;
    if (this.last) throw new CorruptData('it ends too early');
    return false;
  }

  take(bytes: number): Buffer {
    const taken = this.buffer.subarray(this.at, this.at + bytes);
    this.at += bytes;
    return taken;
  }
}

/** A codec written here: turns what is at hand of its input into pieces of output. */
export interface Decoder {
  /**
   * Goes on until it is done or needs more input. The pieces are valid until the next one. Throws CorruptData.
   */
  run(input: Input): Generator<Buffer, void>;
  readonly done: boolean;
}

/** Runs a decoder as the bytes come. */
export class DecoderUnpacking implements Unpacking {
  private readonly decoder: Decoder;
  private readonly sink: Sink;
  private readonly input = new Input();
  private problem: string | null = null;

  constructor(decoder: Decoder, sink: Sink) {
    this.decoder = decoder;
    this.sink = sink;
  }

  get used(): number {
    return this.input.used;
  }

  async write(chunk: Buffer): Promise<void> {
    if (this.problem !== null || this.decoder.done) return;
    this.input.append(chunk);
    await this.run();
    this.input.keep();
  }

  async end(): Promise<string | null> {
    this.input.last = true;
    if (this.problem === null && !this.decoder.done) await this.run();
    if (this.problem === null && !this.decoder.done) this.problem = 'it ends too early';
    return this.problem;
  }

  destroy(): void {
    // Nothing but memory is held.
  }

  private async run(): Promise<void> {
    try {
      for (const piece of this.decoder.run(this.input)) await this.sink(piece);
    } catch (error) {
      if (!(error instanceof CorruptData || error instanceof Stopped)) throw error;
      this.problem = error.message;
    }
  }
}
