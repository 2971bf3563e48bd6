import { BufferSource } from '../source.ts';
import { OutsideError, Pages } from '../pages.ts';
import type { Inspected, InspectContext, Inspector } from './format.ts';

/** Content without random access that is held in memory. Bytes. */
const maxHeld = 64 * 1024 * 1024;

/** Judges a content by its structure, in whatever order that stands. May reject with OutsideError. */
export type Judge = (pages: Pages, context: InspectContext) => Promise<Inspected>;

/** Waits for the end of a content that must be read in another order than from front to end. */
export class RandomAccessInspector implements Inspector {
  private readonly context: InspectContext;
  private readonly judge: Judge;
  private readonly outside: (message: string, offset: number) => Inspected;
  private held: Buffer[] = [];
  private bytes = 0;

  /** `outside` is asked for the result when the structure leads out of the content. */
  constructor(context: InspectContext, judge: Judge, outside: (message: string, offset: number) => Inspected) {
    this.context = context;
    this.judge = judge;
    this.outside = outside;
  }

  write(chunk: Buffer): void {
    this.bytes += chunk.length;
    if (this.context.source !== null) return;
    if (this.bytes > maxHeld) this.held = [];
    else this.held.push(Buffer.from(chunk));
  }

  async end(): Promise<Inspected> {
    const { findings, source } = this.context;
    if (source === null && this.bytes > maxHeld) {
      findings.add('content/memory', null, `It has ${this.bytes} bytes and is compressed.`);
      return this.outside('', 0);
    }
    try {
      return await this.judge(new Pages(source ?? new BufferSource(Buffer.concat(this.held))), this.context);
    } catch (error) {
      if (!(error instanceof OutsideError)) throw error;
      return this.outside(error.message, error.offset);
    }
  }
}
