import { CorruptData, Input, type Decoder } from './decoder.ts';
import { Lzma, properties, type Dictionary, type Properties } from './lzma.ts';

/** LZMA in chunks of at most 64 KiB packed, as `.xz` contains it. */
export class Lzma2 implements Decoder {
  done = false;
  private readonly dictionary: Dictionary;
  private core: Lzma | null = null;
  private given: Properties | null = null;
  private first = true;

  constructor(dictionary: Dictionary) {
    this.dictionary = dictionary;
  }

  *run(input: Input): Generator<Buffer, void> {
    for (;;) {
      if (!input.has(1)) return;
      const control = input.buffer[input.at] ?? 0;
      if (control === 0) {
        input.take(1);
        this.done = true;
        return;
      }
      if (control > 2 && control < 0x80) throw new CorruptData('a chunk is of an unknown kind');
      const packed = control >= 0x80;
      const head = packed ? (control >= 0xc0 ? 6 : 5) : 3;
      if (!input.has(head)) return;
      const length = input.buffer.readUInt16BE(input.at + (packed ? 3 : 1)) + 1;
      if (!input.has(head + length)) return;
      const header = input.take(head);
      const data = input.take(length);
      if (this.first && !(control === 1 || control >= 0xe0)) throw new CorruptData('it does not begin with a reset');
      this.first = false;
      if (control === 1 || control >= 0xe0) this.dictionary.reset();
      if (packed) yield* this.packed(header, data);
      else yield* this.stored(data);
    }
  }

  private *stored(data: Buffer): Generator<Buffer, void> {
    for (const byte of data) {
      this.dictionary.put(byte);
      if (this.dictionary.pending) yield this.dictionary.take();
    }
    yield this.dictionary.take();
  }

  private *packed(header: Buffer, data: Buffer): Generator<Buffer, void> {
    const { dictionary } = this;
    const control = header[0] ?? 0;
    const size = ((control & 0x1f) << 16) + header.readUInt16BE(1) + 1;
    if (control >= 0xc0) this.given = properties(header[5] ?? 255);
    if (this.given === null) throw new CorruptData('a chunk has no properties');
    if (control >= 0xa0 || this.core === null) this.core = new Lzma(dictionary, this.given);
    const { core } = this;
    const input = new Input();
    input.append(data);
    if (data.length < 5) throw new CorruptData('a chunk is too short');
    core.begin(input);
    const end = dictionary.total + size;
    while (dictionary.total < end) {
      if (core.step(input, Math.min(dictionary.room, end - dictionary.total)) !== null) {
        throw new CorruptData('a chunk ends too early');
      }
      if (dictionary.pending) yield dictionary.take();
    }
    if (!core.finished || input.available > 0) throw new CorruptData('a chunk does not end where it should');
    yield dictionary.take();
  }
}
