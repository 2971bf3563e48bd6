import { CorruptData, DecoderUnpacking, type Decoder, type Input } from './decoder.ts';
import type { Sink, Unpacking } from './unpacking.ts';
import { Xxh32, xxh32 } from './xxh32.ts';

/** One frame of LZ4 (specification 1.6.4), as joblib writes it, with its checksums. */
export const unlz4 = (sink: Sink): Unpacking => new DecoderUnpacking(new Lz4Frame(), sink);

/** How far back a match may reach. Bytes. */
const windowBytes = 65_536;
const blockSizes = [65_536, 262_144, 1_048_576, 4_194_304];

class Lz4Frame implements Decoder {
  done = false;
  private state: 'header' | 'size' | 'block' | 'checksum' = 'header';
  private blockMost = 0;
  private block = 0;
  private stored = false;
  private blockChecksum = 0;
  private contentChecksum = 0;
  private readonly hash = new Xxh32();
  /** Bytes of the content: so far, and as the header says; null when it does not. */
  private written = 0;
  private promised: bigint | null = null;
  /** History, then the block that is being written. */
  private out = Buffer.alloc(0);
  private history = 0;

  *run(input: Input): Generator<Buffer, void> {
    for (;;) {
      if (this.state === 'header') {
        if (!this.readHeader(input)) return;
      } else if (this.state === 'size') {
        if (!input.has(4)) return;
        const size = input.take(4).readUInt32LE(0);
        this.stored = size >= 0x80_00_00_00;
        this.block = size & 0x7f_ff_ff_ff;
        this.state = size === 0 ? 'checksum' : 'block';
        if (this.block > this.blockMost) throw new CorruptData('a block is larger than the header allows');
      } else if (this.state === 'block') {
        if (!input.has(this.block + this.blockChecksum)) return;
        const packed = input.take(this.block);
        const checksum = input.take(this.blockChecksum);
        if (this.blockChecksum > 0 && checksum.readUInt32LE(0) !== xxh32(packed)) {
          throw new CorruptData('the checksum of a block is wrong');
        }
        const end = this.stored ? this.copy(packed) : this.expand(packed);
        const piece = this.out.subarray(this.history, end);
        this.written += piece.length;
        if (this.contentChecksum > 0) this.hash.update(piece);
        yield piece;
        this.slide(end);
        this.state = 'size';
      } else {
        if (!input.has(this.contentChecksum)) return;
        this.finish(input.take(this.contentChecksum));
        this.done = true;
        return;
      }
    }
  }

  private finish(checksum: Buffer): void {
    if (this.promised !== null && this.promised !== BigInt(this.written)) {
      throw new CorruptData(`its header promises ${this.promised} bytes, and ${this.written} come out`);
    }
    if (this.contentChecksum > 0 && checksum.readUInt32LE(0) !== this.hash.digest()) {
      throw new CorruptData('the checksum of the content is wrong');
    }
  }

  private readHeader(input: Input): boolean {
    if (!input.has(7)) return false;
    const flags = input.buffer[input.at + 4] ?? 0;
    const optional = ((flags & 8) === 0 ? 0 : 8) + (flags & 1) * 4;
    if (!input.has(7 + optional)) return false;
    const header = input.take(7 + optional);
    if (flags >> 6 !== 1) throw new CorruptData('its version is not known');
    if ((flags & 1) === 1) throw new CorruptData('it needs a dictionary that is not in the file');
    if (((xxh32(header.subarray(4, -1)) >>> 8) & 0xff) !== header.at(-1)) {
      throw new CorruptData('the checksum of its header is wrong');
    }
    const most = blockSizes[((header[5] ?? 0) >> 4) - 4];
    if (most === undefined) throw new CorruptData('its block size is not known');
    this.promised = (flags & 8) === 0 ? null : header.readBigUInt64LE(6);
    this.blockMost = most;
    this.blockChecksum = (flags & 16) === 0 ? 0 : 4;
    this.contentChecksum = (flags & 4) === 0 ? 0 : 4;
    this.out = Buffer.alloc(windowBytes + most);
    this.state = 'size';
    return true;
  }

  private copy(packed: Buffer): number {
    packed.copy(this.out, this.history);
    return this.history + packed.length;
  }

  /** Keeps the last 64 KiB in front. */
  private slide(end: number): void {
    const kept = Math.min(windowBytes, end);
    this.out.copyWithin(0, end - kept, end);
    this.history = kept;
  }

  /** Literals and matches in turn; returns where the output ends. */
  private expand(packed: Buffer): number {
    const { out } = this;
    const most = this.history + this.blockMost;
    let to = this.history;
    let at = 0;
    const length = (start: number): number => {
      let sum = start;
      if (start !== 15) return sum;
      for (;;) {
        const more = packed[at++];
        if (more === undefined) throw new CorruptData('a length ends too early');
        sum += more;
        if (more !== 255) return sum;
      }
    };
    while (at < packed.length) {
      const token = packed[at++] ?? 0;
      const literals = length(token >> 4);
      if (at + literals > packed.length || to + literals > most)
        throw new CorruptData('literals reach beyond their block');
      packed.copy(out, to, at, at + literals);
      at += literals;
      to += literals;
      if (at === packed.length) return to;
      if (at + 2 > packed.length) throw new CorruptData('a match ends too early');
      const distance = packed.readUInt16LE(at);
      at += 2;
      const match = length(token & 15) + 4;
      if (distance === 0 || distance > to) throw new CorruptData('a match reaches before the beginning');
      if (to + match > most) throw new CorruptData('a match reaches beyond its block');
      if (distance >= match) out.copyWithin(to, to - distance, to - distance + match);
      else for (let i = 0; i < match; i++) out[to + i] = out[to + i - distance] ?? 0;
      to += match;
    }
    return to;
  }
}
