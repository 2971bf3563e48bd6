import { CorruptData, DecoderUnpacking, type Decoder, type Input } from './decoder.ts';
import type { Sink, Unpacking } from './unpacking.ts';

/** bzip2 streams, one behind the other as Python reads them. */
export const unbzip2 = (sink: Sink): Unpacking => new DecoderUnpacking(new Bzip2(), sink);

/** Output that is given at a time. Bytes. */
const pieceBytes = 256 * 1024;

/** Checksums of bzip2 run from the highest bit. */
const table = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte << 24;
  for (let bit = 0; bit < 8; bit++) crc = (crc << 1) ^ (crc < 0 ? 0x04c11db7 : 0);
  return crc;
});

class Bzip2 implements Decoder {
  done = false;
  private level = 0;
  private streams = 0;
  /** Bits that are taken from the byte at `input.at`. */
  private bit = 0;
  private combined = 0;

  *run(input: Input): Generator<Buffer, void> {
    while (!this.done) {
      if (this.level === 0) {
        if (!this.beginStream(input)) return;
        if (this.isDone()) return;
      }
      // A block is never much longer packed than unpacked.
      if (!input.last && input.available < this.level * 105_000 + 40_000) return;
      const magic = this.read(input, 24) * 0x1_00_00_00 + this.read(input, 24);
      if (magic === 0x31_41_59_26_53_59) {
        const wanted = this.read32(input);
        const crc = yield* this.block(input);
        if (crc !== wanted) throw new CorruptData('the checksum of a block is wrong');
        this.combined = ((this.combined << 1) | (this.combined >>> 31)) ^ crc;
      } else if (magic === 0x17_72_45_38_50_90) {
        if (this.read32(input) !== this.combined >>> 0) throw new CorruptData('its checksum is wrong');
        if (this.bit > 0) {
          this.bit = 0;
          input.at++;
        }
        this.level = 0;
      } else {
        throw new CorruptData('a block does not begin where it should');
      }
    }
  }

  /** A getter for the type checker, which does not see that it changes. */
  private isDone(): boolean {
    return this.done;
  }

  private beginStream(input: Input): boolean {
    if (input.available < 4) {
      if (!input.last) return false;
      if (this.streams === 0) throw new CorruptData('it ends too early');
      this.done = true;
      return true;
    }
    const head = input.buffer.toString('latin1', input.at, input.at + 4);
    if (!/^BZh[1-9]$/.test(head)) {
      if (this.streams === 0) throw new CorruptData('it does not begin as bzip2 does');
      this.done = true;
      return true;
    }
    input.at += 4;
    this.level = Number(head[3]);
    this.combined = 0;
    this.streams++;
    return true;
  }

  private read(input: Input, count: number): number {
    let value = 0;
    let left = count;
    while (left > 0) {
      const byte = input.buffer[input.at];
      if (byte === undefined) throw new CorruptData('it ends too early');
      const here = Math.min(left, 8 - this.bit);
      value = (value << here) | ((byte >> (8 - this.bit - here)) & ((1 << here) - 1));
      this.bit += here;
      left -= here;
      if (this.bit === 8) {
        this.bit = 0;
        input.at++;
      }
    }
    return value;
  }

  private read32(input: Input): number {
    return this.read(input, 16) * 0x1_00_00 + this.read(input, 16);
  }

  /** Unpacks one block, and returns its checksum. */
  private *block(input: Input): Generator<Buffer, number> {
    if (this.read(input, 1) === 1) throw new CorruptData('it was made by a test version of bzip2');
    const origin = this.read(input, 24);
    const symbols = this.symbols(input);
    const trees = this.read(input, 3);
    if (trees < 2 || trees > 6) throw new CorruptData(`a block has ${trees} code tables`);
    const selectors = this.selectors(input, trees);
    const codes = Array.from({ length: trees }, () => this.codes(input, symbols.length + 2));
    const { values, counts } = this.transformed(input, symbols, selectors, codes);
    if (origin >= values.length) throw new CorruptData('a block begins outside of itself');
    return yield* spelled(values, counts, origin);
  }

  /** The bytes that the block has. */
  private symbols(input: Input): number[] {
    const ranges = this.read(input, 16);
    const symbols: number[] = [];
    for (let high = 0; high < 16; high++) {
      if (((ranges >> (15 - high)) & 1) === 0) continue;
      const used = this.read(input, 16);
      for (let low = 0; low < 16; low++) if (((used >> (15 - low)) & 1) === 1) symbols.push(high * 16 + low);
    }
    if (symbols.length === 0) throw new CorruptData('a block has no symbols');
    return symbols;
  }

  private selectors(input: Input, trees: number): Uint8Array {
    const count = this.read(input, 15);
    if (count === 0) throw new CorruptData('a block has no selectors');
    const order = Array.from({ length: trees }, (_, index) => index);
    return Uint8Array.from({ length: count }, () => {
      let index = 0;
      while (this.read(input, 1) === 1) index++;
      const [tree] = order.splice(index, 1);
      if (tree === undefined) throw new CorruptData('a selector names no code table');
      order.unshift(tree);
      return tree;
    });
  }

  private codes(input: Input, count: number): Huffman {
    let length = this.read(input, 5);
    const lengths = Array.from({ length: count }, () => {
      while (this.read(input, 1) === 1) {
        length += this.read(input, 1) === 0 ? 1 : -1;
        if (length < 1 || length > 20) throw new CorruptData('a code has an impossible length');
      }
      return length;
    });
    return huffman(lengths);
  }

  /** Undoes the codes, the runs of zeros, and move-to-front. */
  private transformed(
    input: Input,
    symbols: readonly number[],
    selectors: Uint8Array,
    codes: readonly Huffman[],
  ): { values: Uint32Array; counts: Uint32Array } {
    const most = this.level * 100_000;
    const values = new Uint32Array(most);
    const counts = new Uint32Array(256);
    const front = [...symbols];
    const end = symbols.length + 1;
    let filled = 0;
    let run = 0;
    let weight = 1;
    for (let group = 0; ; group++) {
      const table = codes[selectors[group] ?? -1];
      if (table === undefined) throw new CorruptData('a block has too few selectors');
      for (let i = 0; i < 50; i++) {
        const symbol = this.symbol(input, table);
        if (symbol <= 1) {
          run += weight * (symbol + 1);
          weight *= 2;
          if (run > most) throw new CorruptData('a block is longer than it may be');
          continue;
        }
        if (run > 0) {
          const value = front[0] ?? 0;
          if (filled + run > most) throw new CorruptData('a block is longer than it may be');
          values.fill(value, filled, filled + run);
          counts[value] = (counts[value] ?? 0) + run;
          filled += run;
          run = 0;
          weight = 1;
        }
        if (symbol === end) return { values: values.subarray(0, filled), counts };
        const [value] = front.splice(symbol - 1, 1);
        if (value === undefined || filled >= most) throw new CorruptData('a block is longer than it may be');
        front.unshift(value);
        values[filled++] = value;
        counts[value] = (counts[value] ?? 0) + 1;
      }
    }
  }

  private symbol(input: Input, { limits, bases, symbols }: Huffman): number {
    let code = 0;
    for (let length = 1; length <= 20; length++) {
      code = (code << 1) | this.read(input, 1);
      const limit = limits[length] ?? -1;
      if (code <= limit) return symbols[code - (bases[length] ?? 0)] ?? 0;
    }
    throw new CorruptData('a code is not in its table');
  }
}

/** A canonical code: by length, the largest code and what to subtract to find the symbol. */
interface Huffman {
  readonly limits: readonly number[];
  readonly bases: readonly number[];
  readonly symbols: readonly number[];
}

function huffman(lengths: readonly number[]): Huffman {
  const symbols: number[] = [];
  const limits = [-1];
  const bases = [0];
  let code = 0;
  for (let length = 1; length <= 20; length++) {
    const first = symbols.length;
    for (const [symbol, own] of lengths.entries()) if (own === length) symbols.push(symbol);
    const count = symbols.length - first;
    bases.push(code - first);
    limits.push(count === 0 ? -1 : code + count - 1);
    code = (code + count) << 1;
  }
  return { limits, bases, symbols };
}

/** Undoes the Burrows-Wheeler transform and the runs of bytes; returns the checksum of what came out. */
function* spelled(values: Uint32Array, counts: Uint32Array, origin: number): Generator<Buffer, number> {
  const starts = new Uint32Array(256);
  for (let byte = 1; byte < 256; byte++) starts[byte] = (starts[byte - 1] ?? 0) + (counts[byte - 1] ?? 0);
  for (let i = 0; i < values.length; i++) {
    const byte = (values[i] as number) & 0xff;
    const start = starts[byte] as number;
    values[start] = (values[start] as number) | (i << 8);
    starts[byte] = start + 1;
  }
  const piece = Buffer.alloc(pieceBytes);
  let filled = 0;
  let crc = -1;
  let next = (values[origin] as number) >>> 8;
  let repeated = 0;
  let previous = -1;
  for (let i = 0; i < values.length; i++) {
    const entry = values[next] as number;
    const byte = entry & 0xff;
    next = entry >>> 8;
    // Four equal bytes are followed by the number of more of them.
    const times = repeated === 4 ? byte : 1;
    const written = repeated === 4 ? previous : byte;
    for (let k = 0; k < times; k++) {
      piece[filled++] = written;
      crc = (crc << 8) ^ (table[((crc >>> 24) ^ written) & 0xff] as number);
      if (filled === pieceBytes) {
        yield piece;
        filled = 0;
      }
    }
    repeated = repeated === 4 ? 0 : byte === previous ? repeated + 1 : 1;
    previous = repeated === 0 ? -1 : byte;
  }
  if (filled > 0) yield piece.subarray(0, filled);
  return ~crc >>> 0;
}
