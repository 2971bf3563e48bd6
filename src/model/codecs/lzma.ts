import { CorruptData, type Input } from './decoder.ts';

/** Largest dictionary that is allocated: xz -9 needs 64 MiB. Bytes. */
export const maxDictionary = 64 * 1024 * 1024;
/** Longest match. */
const longest = 273;
/** Packed bytes that one symbol needs at most. */
export const symbolBytes = 24;
/** The end marker. */
export const marker = 'end';

/** How many bits of position and of the byte before choose the probabilities. */
export interface Properties {
  readonly literalContext: number;
  readonly literalPosition: number;
  readonly position: number;
}

/** Reads the property byte; null when it is none. */
export function properties(byte: number): Properties | null {
  if (byte >= 225) return null;
  return { literalContext: byte % 9, literalPosition: Math.floor(byte / 9) % 5, position: Math.floor(byte / 45) };
}

/** The bytes that came out last, to which matches refer; grows as far as the dictionary may. */
export class Dictionary {
  /** Bytes that came out altogether. */
  total = 0;
  private readonly size: number;
  private bytes: Buffer;
  private at = 0;
  private given = 0;
  private full = 0;
  private origin = 0;

  constructor(size: number) {
    this.size = Math.max(4096, size);
    if (this.size > maxDictionary) {
      throw new CorruptData(
        `it needs a dictionary of ${size} bytes, more than the ${maxDictionary} that are allocated`,
      );
    }
    this.bytes = Buffer.alloc(Math.min(this.size, 64 * 1024));
  }

  /** Whether what came out has to be taken before more fits. */
  get pending(): boolean {
    return this.at - this.given >= 256 * 1024 || this.at === this.bytes.length;
  }

  /** What came out since the last call. */
  take(): Buffer {
    const piece = this.bytes.subarray(this.given, this.at);
    if (this.at === this.bytes.length) {
      if (this.bytes.length < this.size) {
        this.bytes = Buffer.concat([
          this.bytes,
          Buffer.alloc(Math.min(this.bytes.length, this.size - this.bytes.length)),
        ]);
      } else {
        this.at = 0;
      }
    }
    this.given = this.at;
    return piece;
  }

  put(byte: number): void {
    this.bytes[this.at++] = byte;
    this.total++;
    if (this.full < this.size) this.full++;
  }

  /** The byte `distance` before the end. */
  back(distance: number): number {
    const index = this.at - distance;
    return this.bytes[index >= 0 ? index : index + this.bytes.length] as number;
  }

  /** Whether a match may reach so far back. */
  reaches(distance: number): boolean {
    return distance <= this.full;
  }

  /** Bytes that fit before something has to be taken. */
  get room(): number {
    return this.bytes.length - this.at;
  }

  /** Bytes since the last reset. */
  get position(): number {
    return this.total - this.origin;
  }

  /** Forgets what came out. */
  reset(): void {
    this.full = 0;
    this.origin = this.total;
  }
}

/** Probabilities of a length: short, middle or long. */
class Lengths {
  private readonly probabilities = new Uint16Array(2 + 16 * 8 + 16 * 8 + 256).fill(1024);

  read(coder: Lzma, input: Input, state: number): number {
    const { probabilities } = this;
    if (coder.bit(input, probabilities, 0) === 0) return coder.tree(input, probabilities, 2 + state * 8, 3);
    if (coder.bit(input, probabilities, 1) === 0) return 8 + coder.tree(input, probabilities, 130 + state * 8, 3);
    return 16 + coder.tree(input, probabilities, 258, 8);
  }
}

/** The LZMA algorithm, as its author's specification (public domain) describes it. */
export class Lzma {
  private range = 0xffffffff;
  private code = 0;
  private readonly dictionary: Dictionary;
  private readonly given: Properties;
  private state = 0;
  private readonly distances = [0, 0, 0, 0];
  private readonly literals: Uint16Array;
  private readonly isMatch = fresh(12 * 16);
  private readonly isRepeat = fresh(12);
  private readonly isRepeat0 = fresh(12);
  private readonly isRepeat1 = fresh(12);
  private readonly isRepeat2 = fresh(12);
  private readonly isLong = fresh(12 * 16);
  private readonly slots = fresh(4 * 64);
  private readonly special = fresh(128);
  private readonly align = fresh(16);
  private readonly matchLengths = new Lengths();
  private readonly repeatLengths = new Lengths();
  /** What a match still has to copy. */
  private copying = 0;

  constructor(dictionary: Dictionary, given: Properties) {
    this.dictionary = dictionary;
    this.given = given;
    this.literals = fresh(0x300 << (given.literalContext + given.literalPosition));
  }

  /** The five bytes before the packed data. */
  begin(input: Input): void {
    const start = input.take(5);
    if (start[0] !== 0) throw new CorruptData('the packed data does not begin with zero');
    this.range = 0xffffffff;
    this.code = start.readUInt32BE(1);
  }

  /** Whether the packed data ends as it should. */
  get finished(): boolean {
    return this.code === 0 && this.copying === 0;
  }

  /** Whether a match is not copied to its end. */
  get busy(): boolean {
    return this.copying > 0;
  }

  /** Unpacks one symbol, or goes on with one; at most `room` bytes. Returns `marker` at the end marker. */
  step(input: Input, room: number): typeof marker | null {
    if (this.copying > 0) {
      this.copy(room);
      return null;
    }
    const { dictionary, state } = this;
    const position = dictionary.position & ((1 << this.given.position) - 1);
    if (this.bit(input, this.isMatch, state * 16 + position) === 0) {
      this.literal(input);
      return null;
    }
    if (this.bit(input, this.isRepeat, state) === 0) {
      const length = this.matchLengths.read(this, input, position);
      this.state = state < 7 ? 7 : 10;
      const distance = this.distance(input, Math.min(length, 3));
      if (distance === 0xffffffff) return marker;
      this.distances.pop();
      this.distances.unshift(distance);
      this.startCopy(length + 2, room);
      return null;
    }
    this.repeat(input, position, room);
    return null;
  }

  bit(input: Input, probabilities: Uint16Array, index: number): number {
    const probability = probabilities[index] as number;
    const bound = (this.range >>> 11) * probability;
    let bit = 0;
    if (this.code < bound) {
      this.range = bound;
      probabilities[index] = probability + ((2048 - probability) >> 5);
    } else {
      this.code -= bound;
      this.range -= bound;
      probabilities[index] = probability - (probability >> 5);
      bit = 1;
    }
    if (this.range < 0x1_00_00_00) this.normalise(input);
    return bit;
  }

  tree(input: Input, probabilities: Uint16Array, base: number, bits: number): number {
    let symbol = 1;
    for (let i = 0; i < bits; i++) symbol = (symbol << 1) | this.bit(input, probabilities, base + symbol);
    return symbol - (1 << bits);
  }

  private normalise(input: Input): void {
    const byte = input.buffer[input.at++];
    if (byte === undefined) throw new CorruptData('it ends too early');
    this.range = (this.range << 8) >>> 0;
    this.code = ((this.code << 8) | byte) >>> 0;
  }

  private reverse(input: Input, probabilities: Uint16Array, base: number, bits: number): number {
    let symbol = 1;
    let value = 0;
    for (let i = 0; i < bits; i++) {
      const bit = this.bit(input, probabilities, base + symbol);
      symbol = (symbol << 1) | bit;
      value |= bit << i;
    }
    return value;
  }

  private direct(input: Input, bits: number): number {
    let value = 0;
    for (let i = 0; i < bits; i++) {
      this.range >>>= 1;
      const bit = this.code >= this.range ? 1 : 0;
      if (bit === 1) this.code -= this.range;
      if (this.range < 0x1_00_00_00) this.normalise(input);
      value = value * 2 + bit;
    }
    return value;
  }

  private literal(input: Input): void {
    const { dictionary, given, state } = this;
    const before = dictionary.reaches(1) ? dictionary.back(1) : 0;
    const low = dictionary.position & ((1 << given.literalPosition) - 1);
    const base = 0x300 * ((low << given.literalContext) + (before >> (8 - given.literalContext)));
    let symbol = 1;
    if (state >= 7) {
      let match = this.dictionary.back((this.distances[0] ?? 0) + 1);
      while (symbol < 0x100) {
        const expected = (match >> 7) & 1;
        match <<= 1;
        const bit = this.bit(input, this.literals, base + ((1 + expected) << 8) + symbol);
        symbol = (symbol << 1) | bit;
        if (bit !== expected) break;
      }
    }
    while (symbol < 0x100) symbol = (symbol << 1) | this.bit(input, this.literals, base + symbol);
    dictionary.put(symbol & 0xff);
    this.state = state < 4 ? 0 : state < 10 ? state - 3 : state - 6;
  }

  private repeat(input: Input, position: number, room: number): void {
    const { distances, state } = this;
    let index = 0;
    if (this.bit(input, this.isRepeat0, state) === 0) {
      if (this.bit(input, this.isLong, state * 16 + position) === 0) {
        this.state = state < 7 ? 9 : 11;
        this.startCopy(1, room);
        return;
      }
    } else if (this.bit(input, this.isRepeat1, state) === 0) {
      index = 1;
    } else {
      index = 2 + this.bit(input, this.isRepeat2, state);
    }
    const [distance = 0] = distances.splice(index, 1);
    distances.unshift(distance);
    const length = this.repeatLengths.read(this, input, position) + 2;
    this.state = state < 7 ? 8 : 11;
    this.startCopy(length, room);
  }

  /** How far back, less one; all ones is the end marker. */
  private distance(input: Input, lengthState: number): number {
    const slot = this.tree(input, this.slots, lengthState * 64, 6);
    if (slot < 4) return slot;
    const bits = (slot >> 1) - 1;
    const base = (2 | (slot & 1)) * 2 ** bits;
    if (slot < 14) return base + this.reverse(input, this.special, base - slot, bits);
    return base + this.direct(input, bits - 4) * 16 + this.reverse(input, this.align, 0, 4);
  }

  private startCopy(length: number, room: number): void {
    if (!this.dictionary.reaches((this.distances[0] ?? 0) + 1))
      throw new CorruptData('a match reaches before the beginning');
    this.copying = Math.min(length, longest);
    this.copy(room);
  }

  private copy(room: number): void {
    const { dictionary } = this;
    const distance = (this.distances[0] ?? 0) + 1;
    const count = Math.min(this.copying, room);
    for (let i = 0; i < count; i++) dictionary.put(dictionary.back(distance));
    this.copying -= count;
  }
}

function fresh(length: number): Uint16Array {
  return new Uint16Array(length).fill(1024);
}
