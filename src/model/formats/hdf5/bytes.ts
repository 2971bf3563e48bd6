/** Thrown for structures that cannot be followed; `kind` decides what it means. */
export class Hdf5Error extends Error {
  readonly kind: 'broken' | 'unknown';
  readonly offset: number;

  constructor(kind: Hdf5Error['kind'], message: string, offset: number) {
    super(message);
    this.kind = kind;
    this.offset = offset;
  }
}

/** What stands in a file for "nowhere". */
export const nowhere = 0xffffffffffffffffn;

/** Reads one structure from its beginning, each value behind the one before. Throws Hdf5Error at its end. */
export class Fields {
  at = 0;
  readonly bytes: Buffer;
  private readonly offset: number;

  /** `offset` is where the bytes stand in the file, for messages. */
  constructor(bytes: Buffer, offset: number) {
    this.bytes = bytes;
    this.offset = offset;
  }

  get left(): number {
    return this.bytes.length - this.at;
  }

  skip(bytes: number): void {
    this.need(bytes);
    this.at += bytes;
  }

  take(bytes: number): Buffer {
    this.need(bytes);
    const taken = this.bytes.subarray(this.at, this.at + bytes);
    this.at += bytes;
    return taken;
  }

  u8(): number {
    return this.take(1).readUInt8(0);
  }

  u16(): number {
    return this.take(2).readUInt16LE(0);
  }

  u32(): number {
    return this.take(4).readUInt32LE(0);
  }

  /** A length, which must be a number that fits. */
  length(): number {
    const value = this.take(8).readBigUInt64LE(0);
    if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw new Hdf5Error('broken', `A length is ${value}`, this.offset);
    return Number(value);
  }

  /** An address; null for nowhere. */
  address(): number | null {
    const value = this.take(8).readBigUInt64LE(0);
    if (value === nowhere) return null;
    if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw new Hdf5Error('broken', `An address is ${value}`, this.offset);
    return Number(value);
  }

  /** A number of 1, 2, 4 or 8 bytes. */
  sized(width: number): number {
    if (width === 8) return this.length();
    return width === 4 ? this.u32() : width === 2 ? this.u16() : this.u8();
  }

  private need(bytes: number): void {
    if (this.at + bytes <= this.bytes.length) return;
    throw new Hdf5Error(
      'broken',
      `A structure at byte ${this.offset} is shorter than what it should hold`,
      this.offset,
    );
  }
}
