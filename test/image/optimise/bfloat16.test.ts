import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { narrowToBfloat16 } from '../../../src/image/optimise/bfloat16.ts';

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

async function narrow(file: Buffer) {
  const folder = mkdtempSync(join(tmpdir(), 'mldeploy-bf16-'));
  writeFileSync(join(folder, 'a'), file);
  let read = 0;
  const result = await narrowToBfloat16(join(folder, 'a'), join(folder, 'b'), (bytes) => (read += bytes));
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
    expect((await narrow(file)).result).toEqual({ kind: 'inexact', tensor: 'layer.0', element });
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
      kind: 'inexact',
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
