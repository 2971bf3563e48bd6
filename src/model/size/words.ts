import type { TensorData } from '../tensors.ts';

/** How elements that can be infinite or not a number stand in words of 32 bits. */
type Kind = 'f32' | 'f64' | 'pair' | 'other';

/** Exponent bits of one half of a word; types of 16 bits stand two in a word. */
const halves: Readonly<Record<string, number>> = { F16: 0x7c00, BF16: 0x7f80 };

/** Bits of an element, for types whose elements can be compared word by word. */
const elementBits: Readonly<Record<string, number>> = {
  F64: 64,
  I64: 64,
  U64: 64,
  C64: 64,
  F32: 32,
  I32: 32,
  U32: 32,
  F16: 16,
  BF16: 16,
  I16: 16,
  U16: 16,
};

/** Where bytes are put that do not lie so that they can be read in place; shared, because files have very many small tensors. */
let scratch: Uint32Array | null = null;
const scratchWords = 65_536;
/** Words among which elements are counted one by one when there may be some to count. */
const countedWords = 8192;

/** Bytes that are looked at together, whatever pieces the data comes in: a word for each lane. */
const block = 16;

/** Words that make up the fingerprint at the begin of each stretch, and the length of a stretch. */
const sampled = 16;
const stretch = 1024;
/** Tensors are taken into the fingerprint whole up to here. Words. */
const wholeWords = 16_384;

/**
 * Goes through the data of one tensor as words of 32 bits: not-a-numbers, infinities, whether all elements are equal, whether bfloat16
 * could hold them, and a fingerprint of 128 bits: of all words of a small tensor, of 16 words in each 1024 of a large one. Equal tensors have
 * equal fingerprints; whether large ones with equal fingerprints are equal is proved by whoever can read them again.
 */
export class Words {
  private readonly kind: Kind;
  private readonly exponent: number;
  private readonly bits: number;
  private readonly lanes = new Uint32Array([0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344]);
  /** The first two words, which all others are compared with. */
  private readonly first = new Uint32Array(2);
  private bytes = 0;
  private index = 0;
  private low = 0;
  private difference = 0;
  private nan = 0;
  private infinite = 0;
  private rest = Buffer.alloc(0);

  constructor(dtype: string) {
    this.kind = dtype === 'F32' ? 'f32' : dtype === 'F64' ? 'f64' : dtype in halves ? 'pair' : 'other';
    this.exponent = halves[dtype] ?? 0;
    this.bits = elementBits[dtype] ?? 8;
  }

  /** The next bytes. */
  write(chunk: Buffer): void {
    this.bytes += chunk.length;
    let bytes = chunk;
    if (this.rest.length > 0) {
      const missing = block - this.rest.length;
      const joined = Buffer.concat([this.rest, chunk.subarray(0, missing)]);
      bytes = chunk.subarray(missing);
      if (joined.length < block) {
        this.rest = joined;
        return;
      }
      this.copied(joined);
    }
    const whole = bytes.length - (bytes.length % block);
    this.rest = Buffer.from(bytes.subarray(whole));
    const main = bytes.subarray(0, whole);
    if (main.byteOffset % 4 === 0) this.take(new Uint32Array(main.buffer, main.byteOffset, main.length / 4));
    else this.copied(main);
  }

  /** What was found; nothing may be written afterwards. */
  data(): TensorData {
    const { bytes, rest } = this;
    if (rest.length > 0) this.last(rest);
    const lanes = [...this.lanes].map((lane) =>
      finish(lane ^ bytes)
        .toString(16)
        .padStart(8, '0'),
    );
    return {
      hash: lanes.join(''),
      nan: this.nan,
      infinite: this.infinite,
      constant: this.isConstant(),
      exactInBf16: this.kind === 'f32' && (this.low & 0xffff) === 0,
    };
  }

  /** All words equal the first pair, and the first pair is made of equal elements. */
  private isConstant(): boolean {
    if (this.difference !== 0) return false;
    const [a = 0, b = 0] = this.first;
    if (this.bits === 64) return true;
    if (this.bytes > 4 && a !== b) return false;
    if (this.bits === 32) return true;
    if (this.bits === 16) return this.bytes <= 2 || a >>> 16 === (a & 0xffff);
    return new Set(Buffer.from(this.first.buffer, 0, Math.min(this.bytes, 4))).size <= 1;
  }

  private copied(bytes: Buffer): void {
    const words = (scratch ??= new Uint32Array(scratchWords));
    const target = Buffer.from(words.buffer);
    for (let from = 0; from < bytes.length; from += target.length) {
      const length = bytes.copy(target, 0, from);
      this.take(words.subarray(0, length / 4));
    }
  }

  /** Less than a block at the end: filled up with elements that are there, so that the comparison with the first says nothing wrong. */
  private last(rest: Buffer): void {
    const filling = this.index === 0 ? rest : Buffer.from(this.first.buffer);
    const filled = Buffer.alloc(block);
    for (let at = 0; at < block; at++) filled[at] = filling[at % filling.length] ?? 0;
    rest.copy(filled);
    const { nan, infinite } = this;
    this.copied(filled);
    // Only elements that are there count.
    const counted = countSpecial(rest, this.kind, this.exponent);
    this.nan = nan + counted.nan;
    this.infinite = infinite + counted.infinite;
  }

  private take(words: Uint32Array): void {
    if (this.index === 0 && words.length > 1) this.first.set(words.subarray(0, 2));
    this.sample(words);
    this.compare(words);
    this.index += words.length;
    if (this.kind === 'other') return;
    for (let from = 0; from < words.length; from += countedWords) {
      const some = words.subarray(from, from + countedWords);
      if (this.mayBeSpecial(some)) this.count(some);
    }
  }

  private mayBeSpecial(words: Uint32Array): boolean {
    const { kind, exponent } = this;
    if (kind === 'f64') return carriesInDoubles(words);
    if (kind === 'f32') return carries(words, 0x7f800000, 0x00800000);
    // Two elements in a word: the sign bit of the lower one takes its carry.
    const ones = exponent & -exponent;
    return carries(words, exponent | (exponent << 16), ones | (ones << 16));
  }

  /** Takes the words into the fingerprint that belong there. */
  private sample(words: Uint32Array): void {
    const end = this.index + words.length;
    const whole = Math.min(words.length, wholeWords - this.index);
    if (whole > 0) mix(this.lanes, words, 0, whole);
    let from = Math.max(wholeWords, this.index - (this.index % stretch));
    for (; from < end; from += stretch) {
      const [begin, last] = [Math.max(0, from - this.index), from + sampled - this.index];
      if (last > begin) mix(this.lanes, words, begin, Math.min(last, words.length));
    }
  }

  /** Compares with the first pair, and looks at the low halves, until each has told what it can. */
  private compare(words: Uint32Array): void {
    const [first = 0, second = 0] = this.first;
    for (let at = 0; this.difference === 0 && at < words.length; at += 2) {
      this.difference = ((words[at] ?? 0) ^ first) | ((words[at + 1] ?? 0) ^ second);
    }
    if (this.kind !== 'f32') return;
    for (let at = 0; (this.low & 0xffff) === 0 && at < words.length; at++) this.low = words[at] ?? 0;
  }

  /** Counts what is infinite or not a number, one by one: hardly any weights have such elements. */
  private count(words: Uint32Array): void {
    const bytes = Buffer.from(words.buffer, words.byteOffset, words.byteLength);
    const counted = countSpecial(bytes, this.kind, this.exponent);
    this.nan += counted.nan;
    this.infinite += counted.infinite;
  }
}

/** Takes words, an even number of them, into the four lanes in turn. */
function mix(lanes: Uint32Array, words: Uint32Array, from: number, to: number): void {
  let a = at0(lanes, 0);
  let b = at0(lanes, 1);
  let c = at0(lanes, 2);
  let d = at0(lanes, 3);
  for (let at = from; at < to; at += 2) {
    const even = a;
    const odd = b;
    a = c;
    b = d;
    c = Math.imul((even << 13) | (even >>> 19), 0x9e3779b1) ^ at0(words, at);
    d = Math.imul((odd << 13) | (odd >>> 19), 0x85ebca77) ^ at0(words, at + 1);
  }
  lanes[0] = a;
  lanes[1] = b;
  lanes[2] = c;
  lanes[3] = d;
}

/**
 * Whether some words may be infinite or not a number: exponents of ones carry into the sign bits behind them when one is added at their
 * lowest bits, which are `ones`. No branch per word.
 */
function carries(words: Uint32Array, exponents: number, ones: number): boolean {
  let carry = 0;
  const whole = words.length - (words.length % 8);
  // Indexes that are always inside let the compiler leave its checks out.
  for (let at = 0; at < whole; at += 8) {
    carry |=
      ((at0(words, at) & exponents) + ones) |
      ((at0(words, at + 1) & exponents) + ones) |
      ((at0(words, at + 2) & exponents) + ones) |
      ((at0(words, at + 3) & exponents) + ones) |
      ((at0(words, at + 4) & exponents) + ones) |
      ((at0(words, at + 5) & exponents) + ones) |
      ((at0(words, at + 6) & exponents) + ones) |
      ((at0(words, at + 7) & exponents) + ones);
  }
  for (let at = whole; at < words.length; at++) carry |= (at0(words, at) & exponents) + ones;
  return (carry & (exponents + ones)) !== 0;
}

/** The same for elements of 64 bits, whose exponents stand in every other word. */
function carriesInDoubles(words: Uint32Array): boolean {
  let carry = 0;
  const whole = words.length - (words.length % 8);
  for (let at = 0; at < whole; at += 8) {
    carry |=
      ((at0(words, at + 1) & 0x7ff00000) + 0x00100000) |
      ((at0(words, at + 3) & 0x7ff00000) + 0x00100000) |
      ((at0(words, at + 5) & 0x7ff00000) + 0x00100000) |
      ((at0(words, at + 7) & 0x7ff00000) + 0x00100000);
  }
  for (let at = whole + 1; at < words.length; at += 2) carry |= (at0(words, at) & 0x7ff00000) + 0x00100000;
  return carry < 0;
}

function at0(words: Uint32Array, index: number): number {
  return words[index] ?? 0;
}

function countSpecial(bytes: Buffer, kind: Kind, exponent: number): { nan: number; infinite: number } {
  const found = { nan: 0, infinite: 0 };
  const see = (isInfinite: boolean): void => {
    if (isInfinite) found.infinite++;
    else found.nan++;
  };
  if (kind === 'f32') {
    for (let at = 0; at + 4 <= bytes.length; at += 4) {
      const word = bytes.readUInt32LE(at);
      if ((word & 0x7f800000) === 0x7f800000) see((word & 0x007fffff) === 0);
    }
  } else if (kind === 'f64') {
    for (let at = 0; at + 8 <= bytes.length; at += 8) {
      const high = bytes.readUInt32LE(at + 4);
      if ((high & 0x7ff00000) === 0x7ff00000) see((high & 0x000fffff) === 0 && bytes.readUInt32LE(at) === 0);
    }
  } else if (kind === 'pair') {
    for (let at = 0; at + 2 <= bytes.length; at += 2) {
      const half = bytes.readUInt16LE(at) & 0x7fff;
      if ((half & exponent) === exponent) see(half === exponent);
    }
  }
  return found;
}

/** Spreads the bits of a lane. */
function finish(lane: number): number {
  let h = lane;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}
