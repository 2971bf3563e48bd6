import type { Inspected, Inspector } from './format.ts';

/** Holds a content of at most `maxBytes` in memory, for formats that can be read only as a whole. */
export class Whole implements Inspector {
  private readonly maxBytes: number;
  private readonly finish: (content: Buffer | null, bytes: number) => Inspected | Promise<Inspected>;
  private pieces: Buffer[] = [];
  private bytes = 0;

  /** `finish` gets the content, null when it is larger, and its size. */
  constructor(maxBytes: number, finish: (content: Buffer | null, bytes: number) => Inspected | Promise<Inspected>) {
    this.maxBytes = maxBytes;
    this.finish = finish;
  }

  write(chunk: Buffer): void {
    this.bytes += chunk.length;
    if (this.bytes > this.maxBytes) this.pieces = [];
    else this.pieces.push(Buffer.from(chunk));
  }

  end(): Inspected | Promise<Inspected> {
    const content = this.bytes > this.maxBytes ? null : Buffer.concat(this.pieces);
    this.pieces = [];
    return this.finish(content, this.bytes);
  }
}
