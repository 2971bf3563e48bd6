import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { narrowFile, type HalfType } from '../../../src/image/optimize/narrow-file.ts';

interface Spec {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly bytes: Buffer;
}

/** A safetensors file of these tensors, in this order. */
function safetensors(tensors: Readonly<Record<string, Spec>>, metadata?: Readonly<Record<string, string>>): Buffer {
  let offset = 0;
  const header: Record<string, unknown> = metadata === undefined ? {} : { __metadata__: metadata };
  for (const [name, { dtype, shape, bytes }] of Object.entries(tensors)) {
    header[name] = { dtype, shape, data_offsets: [offset, offset + bytes.length] };
    offset += bytes.length;
  }
  const text = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  return Buffer.concat([length, text, ...Object.values(tensors).map(({ bytes }) => bytes)]);
}

function parse(file: Buffer): {
  header: Record<string, { dtype: string; data_offsets: [number, number] }>;
  data: Buffer;
} {
  const length = Number(file.readBigUInt64LE());
  return {
    header: JSON.parse(file.toString('utf8', 8, 8 + length)) as never,
    data: file.subarray(8 + length),
  };
}

/** float32 from their bits. */
function bits(...values: readonly number[]): Buffer {
  const buffer = Buffer.alloc(values.length * 4);
  values.forEach((value, index) => buffer.writeUInt32LE(value, index * 4));
  return buffer;
}

async function narrow(file: Buffer, type: HalfType = 'BF16') {
  const folder = mkdtempSync(join(tmpdir(), 'mldeploy-bf16-'));
  writeFileSync(join(folder, 'a'), file);
  let read = 0;
  const result = await narrowFile(join(folder, 'a'), join(folder, 'b'), type, (bytes) => (read += bytes));
  return { result, read, written: result.kind === 'written' ? readFileSync(join(folder, 'b')) : null };
}

const sha256 = (content: Buffer): string => createHash('sha256').update(content).digest('hex');

// One, minus zero, infinity, a NaN with a payload, the smallest normal and a subnormal number.
const exact = [0x3f800000, 0x80000000, 0x7f800000, 0x7fc10000, 0x00800000, 0x00010000];

describe('float32 as bfloat16', () => {
  it('keeps every bit that counts, other tensors, metadata and order', async () => {
    const file = safetensors(
      {
        ids: { dtype: 'I64', shape: [2], bytes: Buffer.from('0123456789abcdef') },
        weight: { dtype: 'F32', shape: [2, 3], bytes: bits(...exact) },
        half: { dtype: 'F16', shape: [1], bytes: Buffer.from('xy') },
      },
      { format: 'pt' },
    );
    const { result, written, read } = await narrow(file);
    if (written === null) throw new Error(`it is ${result.kind}`);
    expect(result).toEqual({
      kind: 'written',
      sourceSha256: sha256(file),
      sha256: sha256(written),
      bytes: written.length,
    });
    expect(read).toBe(16 + 24 + 2);
    const { header, data } = parse(written);
    expect(header).toEqual({
      __metadata__: { format: 'pt' },
      ids: { dtype: 'I64', shape: [2], data_offsets: [0, 16] },
      weight: { dtype: 'BF16', shape: [2, 3], data_offsets: [16, 28] },
      half: { dtype: 'F16', shape: [1], data_offsets: [28, 30] },
    });
    expect(data.subarray(0, 16)).toEqual(Buffer.from('0123456789abcdef'));
    expect(exact.map((_, index) => data.readUInt16LE(16 + 2 * index) * 0x10000)).toEqual(exact);
    expect(data.subarray(28)).toEqual(Buffer.from('xy'));
    expect((written.length - data.length) % 8).toBe(0);
  });

  it.each([
    ['one bit too many', [0x3f800000, 0x3f800001], 1],
    ['a NaN whose payload is in the lower half', [0x3f800000, 0x3f800000, 0x7f800001], 2],
    ['a subnormal number', [0x00000001], 0],
  ])('is refused for %s', async (_, values, element) => {
    const file = safetensors({ 'layer.0': { dtype: 'F32', shape: [values.length], bytes: bits(...values) } });
    expect((await narrow(file)).result).toEqual({ kind: 'misfit', tensor: 'layer.0', element });
  });

  it('crosses the borders of what is read at a time, and finds the element behind them', async () => {
    const elements = 3 * 1024 * 1024 + 5;
    const bytes = Buffer.alloc(elements * 4);
    for (let index = 0; index < elements; index++) bytes.writeUInt32LE(((index * 40503) & 0xffff) * 0x10000, index * 4);
    const spec = { dtype: 'F32', shape: [elements], bytes };
    const { written } = await narrow(
      safetensors({ first: { dtype: 'U8', shape: [3], bytes: Buffer.alloc(3, 7) }, w: spec }),
    );
    const { data } = parse(written ?? Buffer.alloc(8));
    expect(data.length).toBe(3 + elements * 2);
    const wrong = [0, 1_048_575, 1_048_576, 2_097_152, elements - 1].filter(
      (index) => data.readUInt16LE(3 + 2 * index) !== ((index * 40503) & 0xffff),
    );
    expect(wrong).toEqual([]);
    bytes.writeUInt8(1, (elements - 2) * 4 + 1);
    expect((await narrow(safetensors({ w: spec }))).result).toEqual({
      kind: 'misfit',
      tensor: 'w',
      element: elements - 2,
    });
  });

  it('has nothing to do without float32', async () => {
    const file = safetensors({ w: { dtype: 'F16', shape: [1], bytes: Buffer.alloc(2) } });
    expect((await narrow(file)).result).toEqual({ kind: 'nothing' });
  });

  it('takes any name of a tensor', async () => {
    const one = { dtype: 'F32', shape: [1], bytes: bits(0x3f800000) };
    const two = { dtype: 'F32', shape: [1], bytes: bits(0x40000000) };
    const { written } = await narrow(safetensors({ '1': one, '\u{1f600} "x"\n': two, '': one }));
    const { header, data } = parse(written ?? Buffer.alloc(8));
    expect(Object.keys(header)).toEqual(['1', '\u{1f600} "x"\n', '']);
    expect(data.readUInt16LE(header['\u{1f600} "x"\n']?.data_offsets[0] ?? 0)).toBe(0x4000);
  });
});

/** float32 of numbers. */
function numbers(...values: readonly number[]): Buffer {
  return Buffer.from(new Float32Array(values).buffer);
}

describe('float32 as float16', () => {
  it('rounds to the nearest, ties to even, and keeps zeros, infinities and what is no number', async () => {
    const values = [1, -0, 65504, 1 / 3, 1 + 2 ** -11, 1 + 3 * 2 ** -11, 2 ** -24, 2 ** -26, -Infinity, NaN];
    const file = safetensors({
      ids: { dtype: 'U8', shape: [8], bytes: Buffer.alloc(8, 3) },
      w: { dtype: 'F32', shape: [values.length], bytes: numbers(...values) },
    });
    const { result, written } = await narrow(file, 'F16');
    expect(result).toMatchObject({ kind: 'written', sourceSha256: sha256(file), bytes: written?.length });
    const { header, data } = parse(written ?? Buffer.alloc(8));
    expect(header['w']).toEqual({ dtype: 'F16', shape: [values.length], data_offsets: [8, 8 + 2 * values.length] });
    const bitsOf = values.map((_, index) => data.readUInt16LE(8 + 2 * index));
    // By IEEE 754, written down by hand: sign, 5 bits of exponent (15 is 0), 10 bits of fraction.
    expect(bitsOf.slice(0, 9)).toEqual([0x3c00, 0x8000, 0x7bff, 0x3555, 0x3c00, 0x3c02, 0x0001, 0x0000, 0xfc00]);
    expect((bitsOf[9] ?? 0) & 0x7fff).toBeGreaterThan(0x7c00);
  });

  it.each([
    ['65520, which would round to infinity', 65520],
    ['a large negative number', -1e9],
  ])('is refused for %s', async (_, value) => {
    const file = safetensors({ w: { dtype: 'F32', shape: [3], bytes: numbers(65519, Infinity, value) } });
    expect((await narrow(file, 'F16')).result).toEqual({ kind: 'misfit', tensor: 'w', element: 2 });
  });
});
