import { describe, expect, it } from 'vitest';
import { TensorScan } from '../../../src/model/size/tensor-scan.ts';
import { BufferSource } from '../../../src/model/source.ts';
import type { TensorData } from '../../../src/model/tensors.ts';

/** A random number generator that gives the same numbers every time. */
function randomly(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

const sizes: Readonly<Record<string, number>> = {
  F64: 8,
  I64: 8,
  F32: 4,
  I32: 4,
  F16: 2,
  BF16: 2,
  I16: 2,
  U8: 1,
  BOOL: 1,
};

/** Reads the data through a scan, in pieces. */
function scan(dtype: string, data: Buffer, before = 0, step = data.length + before): TensorData | undefined {
  const place = {
    name: 't',
    dtype,
    elements: data.length / (sizes[dtype] ?? 1),
    begin: before,
    end: before + data.length,
  };
  const scanner = new TensorScan([place]);
  const content = Buffer.concat([Buffer.alloc(before, 0xff), data, Buffer.alloc(9, 0xff)]);
  for (let at = 0; at < content.length; at += step) scanner.write(content.subarray(at, at + step), at);
  return scanner.of(place);
}

/** The same, element by element, as slowly as one likes. */
function slowly(dtype: string, data: Buffer): Omit<TensorData, 'hash'> {
  const size = sizes[dtype] ?? 1;
  const elements = Array.from({ length: data.length / size }, (_, index) =>
    data.subarray(index * size, (index + 1) * size),
  );
  const number = (bytes: Buffer): number => {
    switch (dtype) {
      case 'F64':
        return bytes.readDoubleLE();
      case 'F32':
        return bytes.readFloatLE();
      case 'BF16':
        return Buffer.concat([Buffer.alloc(2), bytes]).readFloatLE();
      case 'F16': {
        const bits = bytes.readUInt16LE();
        return (bits & 0x7c00) !== 0x7c00 ? 0 : (bits & 0x3ff) === 0 ? Infinity : Number.NaN;
      }
      default:
        return 0;
    }
  };
  const numbers = elements.map(number);
  return {
    nan: numbers.filter((value) => Number.isNaN(value)).length,
    infinite: numbers.filter((value) => Math.abs(value) === Infinity).length,
    constant: elements.every((element) => element.equals(elements[0] ?? element)),
    exactInBf16: dtype === 'F32' && elements.every((element) => element.readUInt16LE() === 0),
  };
}

describe('the data of a tensor', () => {
  it('is counted exactly, whatever its type, its place and the pieces it comes in', () => {
    const random = randomly(7);
    for (const [dtype, size] of Object.entries(sizes)) {
      for (let round = 0; round < 60; round++) {
        const count = 1 + Math.floor(random() * 40);
        const data = Buffer.alloc(count * size);
        const choice = random();
        // Few different bytes, so that specials and equal elements happen.
        for (let at = 0; at < data.length; at++) {
          data[at] = choice < 0.3 ? 0x41 : ([0, 0x80, 0x7f, 0xff, 0xf0, 0x7c][Math.floor(random() * 6)] ?? 0);
        }
        const before = Math.floor(random() * 6);
        const step = 1 + Math.floor(random() * 30);
        const { hash, ...data1 } = scan(dtype, data, before, step) ?? { hash: '' };
        expect(data1, `${dtype} ${data.toString('hex')} from ${before} by ${step}`).toEqual(slowly(dtype, data));
        expect(hash).toBe(scan(dtype, data)?.hash);
        const other = Buffer.from(data);
        const flipped = Math.floor(random() * data.length);
        other[flipped] = (other[flipped] ?? 0) ^ 1;
        expect(scan(dtype, other)?.hash).not.toBe(hash);
      }
    }
  });

  it('is proved to be equal where it is large, and told apart where only other words differ', async () => {
    const random = randomly(3);
    const bytes = 128 * 1024;
    const data = Buffer.from(Array.from({ length: bytes }, () => Math.floor(random() * 256)));
    const other = Buffer.from(data);
    // Word 100 of the last stretch of 1024 is not part of the fingerprint.
    const hidden = bytes - 4096 + 400;
    other[hidden] = (other[hidden] ?? 0) ^ 1;
    const content = Buffer.concat([data, other, data]);
    const places = ['a', 'b', 'c'].map((name, index) => {
      return { name, dtype: 'I32', elements: bytes / 4, begin: index * bytes, end: (index + 1) * bytes };
    });
    const scanner = new TensorScan(places);
    for (let at = 0; at < content.length; at += 10_001) scanner.write(content.subarray(at, at + 10_001), at);
    const hashes = () => places.map((place) => scanner.of(place)?.hash);
    expect(new Set(hashes()).size).toBe(1);
    await scanner.prove(new BufferSource(content));
    const [a, b, c] = hashes();
    expect(a).toBe(c);
    expect(a).not.toBe(b);
  });

  it('is not known when it did not all come by', () => {
    const place = { name: 't', dtype: 'F32', elements: 4, begin: 0, end: 16 };
    const scanner = new TensorScan([place]);
    scanner.write(Buffer.alloc(15), 0);
    expect(scanner.of(place)).toBeUndefined();
  });
});
