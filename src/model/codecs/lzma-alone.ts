import { CorruptData, DecoderUnpacking, type Decoder, type Input } from './decoder.ts';
import { Dictionary, Lzma, marker, properties, symbolBytes } from './lzma.ts';
import type { Sink, Unpacking } from './unpacking.ts';

/** The old file format of LZMA (`.lzma`): 13 bytes of header, then the packed data. */
export const unlzma = (sink: Sink): Unpacking => new DecoderUnpacking(new LzmaAlone(), sink);

class LzmaAlone implements Decoder {
  done = false;
  private core: Lzma | null = null;
  private dictionary: Dictionary | null = null;
  /** Bytes that come out; null when an end marker tells. */
  private size: number | null = null;

  *run(input: Input): Generator<Buffer, void> {
    if (this.core === null && !this.begin(input)) return;
    const { core, dictionary } = this;
    if (core === null || dictionary === null) return;
    for (;;) {
      if (dictionary.total === this.size && !core.busy) {
        this.done = true;
        break;
      }
      if (!input.last && input.available < symbolBytes) break;
      const left = this.size === null ? Infinity : this.size - dictionary.total;
      if (core.step(input, Math.min(dictionary.room, left)) === marker) {
        if (this.size !== null) throw new CorruptData('it ends before its size');
        this.done = true;
        break;
      }
      if (core.busy && dictionary.total === this.size) throw new CorruptData('a match reaches beyond the size');
      if (dictionary.pending) yield dictionary.take();
    }
    const rest = dictionary.take();
    if (rest.length > 0) yield rest;
  }

  private begin(input: Input): boolean {
    if (!input.has(18)) return false;
    const header = input.take(13);
    const given = properties(header[0] ?? 255);
    if (given === null) throw new CorruptData('its properties are none of LZMA');
    const size = header.readBigUInt64LE(5);
    this.size = size === 0xffff_ffff_ffff_ffffn ? null : Number(size);
    const dictionary = header.readUInt32LE(1);
    this.dictionary = new Dictionary(this.size === null ? dictionary : Math.min(dictionary, this.size));
    this.core = new Lzma(this.dictionary, given);
    this.core.begin(input);
    return true;
  }
}
