const prime1 = 0x9e3779b1;
const prime2 = 0x85ebca77;
const prime3 = 0xc2b2ae3d;
const prime4 = 0x27d4eb2f;
const prime5 = 0x165667b1;
const stripe = 16;

/** XXH32 with seed 0, the checksum of LZ4 frames, over bytes that come in pieces. */
export class Xxh32 {
  private readonly lanes = Int32Array.of(prime1 + prime2, prime2, 0, -prime1);
  private readonly held = Buffer.alloc(stripe);
  private heldBytes = 0;
  private total = 0;

  update(bytes: Buffer): this {
    this.total += bytes.length;
    let at = 0;
    if (this.heldBytes > 0) {
      at = Math.min(stripe - this.heldBytes, bytes.length);
      bytes.copy(this.held, this.heldBytes, 0, at);
      this.heldBytes += at;
      if (this.heldBytes < stripe) return this;
      this.stripes(this.held, 0);
      this.heldBytes = 0;
    }
    at = this.stripes(bytes, at);
    this.heldBytes = bytes.copy(this.held, 0, at);
    return this;
  }

  digest(): number {
    const { held, heldBytes, lanes, total } = this;
    const [a = 0, b = 0, c = 0, d = 0] = lanes;
    let hash = total < stripe ? prime5 : rotate(a, 1) + rotate(b, 7) + rotate(c, 12) + rotate(d, 18);
    hash = (hash + total) | 0;
    let at = 0;
    for (; at + 4 <= heldBytes; at += 4) {
      hash = Math.imul(rotate((hash + Math.imul(held.readUInt32LE(at), prime3)) | 0, 17), prime4);
    }
    for (; at < heldBytes; at++) {
      hash = Math.imul(rotate((hash + Math.imul(held[at] ?? 0, prime5)) | 0, 11), prime1);
    }
    hash = Math.imul(hash ^ (hash >>> 15), prime2);
    hash = Math.imul(hash ^ (hash >>> 13), prime3);
    return (hash ^ (hash >>> 16)) >>> 0;
  }

  /** Takes whole stripes from index `from` on; returns where the rest begins. */
  private stripes(bytes: Buffer, from: number): number {
    const count = Math.floor((bytes.length - from) / stripe);
    const words = littleEndian(bytes.subarray(from, from + count * stripe));
    let [a = 0, b = 0, c = 0, d = 0] = this.lanes;
    for (let at = 0; at < words.length; at += 4) {
      a = round(a, words[at] as number);
      b = round(b, words[at + 1] as number);
      c = round(c, words[at + 2] as number);
      d = round(d, words[at + 3] as number);
    }
    this.lanes.set([a, b, c, d]);
    return from + count * stripe;
  }
}

/** XXH32 of bytes that are all there. */
export function xxh32(bytes: Buffer): number {
  return new Xxh32().update(bytes).digest();
}

function round(lane: number, word: number): number {
  return Math.imul(rotate((lane + Math.imul(word, prime2)) | 0, 13), prime1);
}

function rotate(value: number, bits: number): number {
  return (value << bits) | (value >>> (32 - bits));
}

/** The bytes as numbers of 32 bits, copied only where they do not lie so that they can be read in place. */
function littleEndian(bytes: Buffer): Int32Array {
  const aligned = bytes.byteOffset % 4 === 0 ? bytes : Uint8Array.from(bytes);
  return new Int32Array(aligned.buffer, aligned.byteOffset, aligned.length / 4);
}
