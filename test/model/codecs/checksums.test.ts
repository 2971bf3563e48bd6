import { describe, expect, it } from 'vitest';
import { Crc64 } from '../../../src/model/codecs/crc64.ts';
import { Xxh32, xxh32 } from '../../../src/model/codecs/xxh32.ts';

const long = Buffer.from(Array.from({ length: 1000 }, (_, index) => (index * 31) & 0xff));

describe('XXH32', () => {
  // What the reference implementation gives.
  it.each([
    ['', 0x02cc5d05],
    ['a', 0x550d7456],
    ['abc', 0x32d153ff],
    ['Nobody inspects the spammish repetition', 0xe2293b2f],
  ])('of "%s"', (text, expected) => {
    expect(xxh32(Buffer.from(text))).toBe(expected);
  });

  it.each([1, 3, 15, 16, 17, 64, 999])('is the same in pieces of %i bytes', (step) => {
    const hash = new Xxh32();
    for (let at = 0; at < long.length; at += step) hash.update(long.subarray(at, at + step));
    expect(hash.digest()).toBe(xxh32(long));
  });
});

describe('CRC-64', () => {
  it('is that of ECMA-182, reflected', () => {
    expect(new Crc64().update(Buffer.from('123456789')).digest()).toBe(0x995dc9bbdf1939fan);
    expect(new Crc64().digest()).toBe(0n);
  });

  it('is the same in pieces', () => {
    const crc = new Crc64();
    for (let at = 0; at < long.length; at += 7) crc.update(long.subarray(at, at + 7));
    expect(crc.digest()).toBe(new Crc64().update(long).digest());
  });
});
