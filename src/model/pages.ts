import type { Source } from './source.ts';

/** Thrown when a place outside of the content is asked for; `offset` counts bytes. */
export class OutsideError extends Error {
  readonly offset: number;

  constructor(message: string, offset: number) {
    super(message);
    this.offset = offset;
  }
}

const pageBytes = 65_536;
/** Pages that are held: 16 MiB. */
const maxPages = 256;
/** Largest structure that is read in one piece. Bytes. */
const maxPiece = 64 * 1024 * 1024;
/** Pieces, and bytes of those larger than a page: structures may refer to the same place again and again. */
const maxReads = 5_000_000;
const maxLarge = 1024 * 1024 * 1024;

/** Reads small pieces anywhere in a content, with a bounded cache of what is around them. */
export class Pages {
  readonly size: number;
  private readonly source: Source;
  private readonly pages = new Map<number, Buffer>();
  private reads = 0;
  private large = 0;

  constructor(source: Source) {
    this.source = source;
    this.size = source.size;
  }

  /** Exactly so many bytes. Rejects with OutsideError when they are not there. */
  async bytes(offset: number, length: number): Promise<Buffer> {
    const end = offset + length;
    if (offset < 0 || length < 0 || !Number.isSafeInteger(end) || end > this.size) {
      throw new OutsideError(
        `${length} bytes are needed at byte ${offset}, but there are ${this.size} in all`,
        this.size,
      );
    }
    if (length > maxPiece) throw new OutsideError(`A structure at byte ${offset} has ${length} bytes`, offset);
    if (length > pageBytes) this.large += length;
    if (++this.reads > maxReads || this.large > maxLarge) {
      throw new OutsideError('The structure refers to the same places too often', offset);
    }
    const first = Math.floor(offset / pageBytes);
    const last = Math.floor(Math.max(offset, end - 1) / pageBytes);
    if (first === last) {
      const page = this.pages.get(first) ?? (await this.load(first));
      return page.subarray(offset - first * pageBytes, end - first * pageBytes);
    }
    if (last - first > 16) return this.source.read(offset, length);
    const pieces: Buffer[] = [];
    for (let number = first; number <= last; number++) pieces.push(this.pages.get(number) ?? (await this.load(number)));
    return Buffer.concat(pieces).subarray(offset - first * pageBytes, end - first * pageBytes);
  }

  private async load(number: number): Promise<Buffer> {
    const page = await this.source.read(number * pageBytes, pageBytes);
    if (this.pages.size >= maxPages) {
      // The oldest first: a map keeps the order of insertion.
      for (const oldest of this.pages.keys()) {
        this.pages.delete(oldest);
        break;
      }
    }
    this.pages.set(number, page);
    return page;
  }
}
