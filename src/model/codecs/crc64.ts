/** For each byte the upper and the lower half of its remainder: ECMA-182, reflected. */
const table = makeTable();

/** CRC-64 as `.xz` uses it (ECMA-182, reflected), over bytes that come in pieces. In halves, since big integers are slow. */
export class Crc64 {
  private high = -1;
  private low = -1;

  update(bytes: Buffer): this {
    let { high, low } = this;
    for (let at = 0; at < bytes.length; at++) {
      const entry = ((low ^ (bytes[at] as number)) & 0xff) * 2;
      low = ((low >>> 8) | (high << 24)) ^ (table[entry + 1] as number);
      high = (high >>> 8) ^ (table[entry] as number);
    }
    this.high = high;
    this.low = low;
    return this;
  }

  digest(): bigint {
    return (BigInt(~this.high >>> 0) << 32n) | BigInt(~this.low >>> 0);
  }
}

function makeTable(): Int32Array {
  const made = new Int32Array(512);
  for (let byte = 0; byte < 256; byte++) {
    let remainder = BigInt(byte);
    for (let bit = 0; bit < 8; bit++) {
      remainder = (remainder & 1n) === 1n ? (remainder >> 1n) ^ 0xc96c5795d7870f42n : remainder >> 1n;
    }
    made[byte * 2] = Number(remainder >> 32n) | 0;
    made[byte * 2 + 1] = Number(remainder & 0xffffffffn) | 0;
  }
  return made;
}
