import { createHash, type Hash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { Crc64 } from './crc64.ts';
import { CorruptData, DecoderUnpacking, type Decoder, type Input } from './decoder.ts';
import { Dictionary } from './lzma.ts';
import { Lzma2 } from './lzma2.ts';
import type { Sink, Unpacking } from './unpacking.ts';

/** The `.xz` format 1.2.1, streams one behind the other as Python reads them; LZMA2 without other filters. */
export const unxz = (sink: Sink): Unpacking => new DecoderUnpacking(new Xz(), sink);

const magic = Buffer.from('\xfd7zXZ\0', 'latin1');
const checks = { crc32: 1, crc64: 4, sha256: 10 } as const;
/** Bytes of the check behind a block, by its type. */
const checkBytes = [0, 4, 4, 4, 8, 8, 8, 16, 16, 16, 32, 32, 32, 64, 64, 64];

class Xz implements Decoder {
  done = false;
  private state: 'stream' | 'block' | 'data' | 'check' | 'index' | 'footer' = 'stream';
  private streams = 0;
  private check = 0;
  private blockStart = 0;
  private blocks = 0;
  private crc = 0;
  private long: Hash | Crc64 = new Crc64();
  private data: Lzma2 | null = null;

  *run(input: Input): Generator<Buffer, void> {
    while (!this.done) {
      if (this.state === 'data') {
        for (const piece of (this.data as Lzma2).run(input)) {
          if (this.check === checks.crc32) this.crc = crc32(piece, this.crc);
          else if (this.check === checks.crc64 || this.check === checks.sha256) this.long.update(piece);
          yield piece;
        }
        if (this.data?.done !== true) return;
        this.state = 'check';
      } else if (!this.part(input)) {
        return;
      }
    }
  }

  /** Reads one part that is not data; false when it is not all there. */
  private part(input: Input): boolean {
    if (this.state === 'stream') return this.readStream(input);
    if (this.state === 'block') return this.readBlock(input);
    if (this.state === 'check') return this.readCheck(input);
    return this.state === 'index' ? this.readIndex(input) : this.readFooter(input);
  }

  private readStream(input: Input): boolean {
    if (this.streams > 0) {
      if (input.available < magic.length && !input.last) return false;
      const next = input.buffer.subarray(input.at, input.at + magic.length);
      if (!next.equals(magic)) {
        this.done = true;
        return true;
      }
    }
    if (!input.has(12)) return false;
    const header = input.take(12);
    if (!header.subarray(0, 6).equals(magic)) throw new CorruptData('it does not begin as xz does');
    if (crc32(header.subarray(6, 8)) !== header.readUInt32LE(8))
      throw new CorruptData('the checksum of its header is wrong');
    if (header[6] !== 0 || (header[7] ?? 0) > 15) throw new CorruptData('its flags are not known');
    this.check = header[7] ?? 0;
    this.streams++;
    this.blocks = 0;
    this.state = 'block';
    return true;
  }

  private readBlock(input: Input): boolean {
    if (!input.has(1)) return false;
    const words = input.buffer[input.at] ?? 0;
    if (words === 0) {
      this.state = 'index';
      return true;
    }
    const length = (words + 1) * 4;
    if (!input.has(length)) return false;
    this.blockStart = input.used + length;
    const header = input.take(length);
    if (crc32(header.subarray(0, length - 4)) !== header.readUInt32LE(length - 4)) {
      throw new CorruptData('the checksum of a block header is wrong');
    }
    const flags = header[1] ?? 0;
    if ((flags & 0x3f) !== 0) throw new CorruptData('it has filters besides LZMA2, which are not undone here');
    let at = 2;
    if ((flags & 0x40) !== 0) at = number(header, at).end;
    if ((flags & 0x80) !== 0) at = number(header, at).end;
    if (header[at] !== 0x21 || header[at + 1] !== 1) throw new CorruptData('its filter is not LZMA2');
    const bits = header[at + 2] ?? 255;
    if (bits > 40) throw new CorruptData('its dictionary has an impossible size');
    const size = bits === 40 ? 0xffffffff : (2 | (bits & 1)) * 2 ** ((bits >> 1) + 11);
    this.data = new Lzma2(new Dictionary(size));
    this.blocks++;
    this.crc = 0;
    this.long = this.check === checks.sha256 ? createHash('sha256') : new Crc64();
    this.state = 'data';
    return true;
  }

  private readCheck(input: Input): boolean {
    const padding = (4 - ((input.used - this.blockStart) % 4)) % 4;
    const length = padding + (checkBytes[this.check] ?? 0);
    if (!input.has(length)) return false;
    const bytes = input.take(length);
    if (bytes.subarray(0, padding).some((byte) => byte !== 0)) throw new CorruptData('its padding is not zero');
    if (!this.isRight(bytes.subarray(padding))) throw new CorruptData('a checksum is wrong');
    this.data = null;
    this.state = 'block';
    return true;
  }

  /** Kinds of checks that nobody has given a meaning yet are right. */
  private isRight(checksum: Buffer): boolean {
    if (this.check === checks.crc32) return checksum.readUInt32LE(0) === this.crc;
    if (this.check !== checks.crc64 && this.check !== checks.sha256) return true;
    const digest = this.long.digest();
    return typeof digest === 'bigint' ? checksum.readBigUInt64LE(0) === digest : checksum.equals(digest);
  }

  private readIndex(input: Input): boolean {
    // Two numbers of at most nine bytes per block.
    const most = 1 + 9 + this.blocks * 18 + 4 + 4;
    if (!input.last && input.available < most) return false;
    const index = input.buffer.subarray(input.at, input.at + most);
    const count = number(index, 1);
    if (count.value !== this.blocks) throw new CorruptData('its index counts other blocks than there are');
    let at = count.end;
    for (let i = 0; i < 2 * this.blocks; i++) at = number(index, at).end;
    const end = Math.ceil(at / 4) * 4;
    if (end + 4 > index.length) throw new CorruptData('it ends too early');
    if (crc32(index.subarray(0, end)) !== index.readUInt32LE(end))
      throw new CorruptData('the checksum of its index is wrong');
    input.take(end + 4);
    this.state = 'footer';
    return true;
  }

  private readFooter(input: Input): boolean {
    if (!input.has(12)) return false;
    const footer = input.take(12);
    if (footer.toString('latin1', 10) !== 'YZ') throw new CorruptData('it does not end as xz does');
    if (crc32(footer.subarray(4, 10)) !== footer.readUInt32LE(0))
      throw new CorruptData('the checksum of its end is wrong');
    this.state = 'stream';
    return true;
  }
}

/** A number of 7 bits per byte, lowest first. */
function number(bytes: Buffer, from: number): { value: number; end: number } {
  let value = 0;
  for (let i = 0; i < 9; i++) {
    const byte = bytes[from + i];
    if (byte === undefined) throw new CorruptData('a number ends too early');
    value += (byte & 0x7f) * 2 ** (7 * i);
    if (byte < 0x80) return { value, end: from + i + 1 };
  }
  throw new CorruptData('a number is too long');
}
