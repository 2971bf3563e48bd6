/** Thrown where a flat buffer points outside itself. */
export class FlatbufferError extends Error {}

/** Entries of a list that are followed: they may all lead to the same place. */
const maxPointers = 400_000;
/** Text that is kept; all of it has to be inside. Bytes. */
const maxText = 1024;

/**
 * A table of a flat buffer, read without trusting it: every offset stays inside, strings and vectors too. Texts are cut. Fields are numbered from 0 as
 * in the schema. Throws FlatbufferError.
 */
export class Table {
  private readonly buffer: Buffer;
  private readonly at: number;
  private readonly vtable: number;
  private readonly vtableBytes: number;

  constructor(buffer: Buffer, at: number) {
    this.buffer = buffer;
    this.at = within(buffer, at, 4);
    this.vtable = within(buffer, at - buffer.readInt32LE(at), 4);
    this.vtableBytes = buffer.readUInt16LE(this.vtable);
    within(buffer, this.vtable, this.vtableBytes);
    within(buffer, at, buffer.readUInt16LE(this.vtable + 2));
  }

  /** The table that the buffer begins with. */
  static root(buffer: Buffer): Table {
    within(buffer, 0, 4);
    return new Table(buffer, buffer.readUInt32LE(0));
  }

  /** Whether the field is there. */
  has(field: number): boolean {
    return this.field(field) !== null;
  }

  table(field: number): Table | null {
    const at = this.pointer(field);
    return at === null ? null : new Table(this.buffer, at);
  }

  text(field: number): string | null {
    const at = this.pointer(field);
    return at === null ? null : textAt(this.buffer, at);
  }

  texts(field: number): readonly string[] {
    return this.pointers(field).map((at) => textAt(this.buffer, at));
  }

  tables(field: number): readonly Table[] {
    return this.pointers(field).map((at) => new Table(this.buffer, at));
  }

  /** A vector of elements of so many bytes; empty when it is not there. */
  vector(field: number, elementBytes: number): Buffer {
    const at = this.pointer(field);
    if (at === null) return Buffer.alloc(0);
    within(this.buffer, at, 4);
    const bytes = this.buffer.readUInt32LE(at) * elementBytes;
    return this.buffer.subarray(within(this.buffer, at + 4, bytes), at + 4 + bytes);
  }

  /** A vector of 32-bit numbers. */
  numbers(field: number): readonly number[] {
    const bytes = this.vector(field, 4);
    return Array.from({ length: bytes.length / 4 }, (_, index) => bytes.readInt32LE(index * 4));
  }

  private pointers(field: number): number[] {
    const from = this.pointer(field);
    const offsets = this.vector(field, 4);
    if (offsets.length / 4 > maxPointers) {
      throw new FlatbufferError(`has a list of ${offsets.length / 4} entries; ${maxPointers} are followed`);
    }
    return Array.from(
      { length: offsets.length / 4 },
      (_, index) => (from ?? 0) + 4 + index * 4 + offsets.readUInt32LE(index * 4),
    );
  }

  private pointer(field: number): number | null {
    const at = this.field(field);
    return at === null ? null : at + this.buffer.readUInt32LE(within(this.buffer, at, 4));
  }

  private field(field: number): number | null {
    const slot = 4 + field * 2;
    if (slot + 2 > this.vtableBytes) return null;
    const offset = this.buffer.readUInt16LE(this.vtable + slot);
    return offset === 0 ? null : this.at + offset;
  }
}

function textAt(buffer: Buffer, at: number): string {
  within(buffer, at, 4);
  const length = buffer.readUInt32LE(at);
  return buffer.toString('utf8', within(buffer, at + 4, length), at + 4 + Math.min(length, maxText));
}

function within(buffer: Buffer, at: number, length: number): number {
  if (at >= 0 && at + length <= buffer.length) return at;
  throw new FlatbufferError(`points to ${length} bytes at ${at} of ${buffer.length}`);
}
