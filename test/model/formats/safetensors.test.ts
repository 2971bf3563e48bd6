import { describe, expect, it } from 'vitest';
import { Budget } from '../../../src/model/budget.ts';
import { Findings } from '../../../src/model/findings.ts';
import { recognise } from '../../../src/model/formats/index.ts';
import { safetensors } from '../../../src/model/formats/safetensors.ts';
import { defaultPolicy } from '../../../src/model/policy.ts';

/** A file of a header, its length (or another one) and so many bytes of data. */
function file(header: string | Buffer, data: number, length = Buffer.byteLength(header)): Buffer {
  const prefix = Buffer.alloc(8);
  prefix.writeBigUInt64LE(BigInt(length));
  return Buffer.concat([prefix, Buffer.from(header), Buffer.alloc(data)]);
}

function tensor(dtype: string, shape: readonly number[], begin: number, end: number): object {
  return { dtype, shape, data_offsets: [begin, end] };
}

async function judge(content: Buffer, step = 5) {
  const findings = new Findings();
  const head = { bytes: content, size: content.length, name: 'model.safetensors', extension: 'safetensors' };
  const inspector = await safetensors.inspect({
    head,
    findings,
    policy: defaultPolicy,
    source: null,
    budget: new Budget(content.length),
    recognise,
  });
  for (let from = 0; from < content.length; from += step) await inspector.write(content.subarray(from, from + step));
  const { facts } = await inspector.end();
  return { verdict: findings.verdict, rules: findings.list().map(({ rule }) => rule), list: findings.list(), facts };
}

describe('safetensors files that keep the rules', () => {
  const good: readonly (readonly [string, Buffer])[] = [
    ['two tensors', file(JSON.stringify({ b: tensor('F32', [2, 2], 4, 20), a: tensor('I16', [2], 0, 4) }), 20)],
    ['no tensor', file('{}', 0)],
    [
      'metadata and padding spaces',
      file('{"__metadata__":{"format":"pt"},"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}   ', 1),
    ],
    [
      'a scalar and an empty tensor',
      file(JSON.stringify({ a: tensor('F64', [], 0, 8), b: tensor('F32', [0, 3], 8, 8) }), 8),
    ],
    ['four bits per element', file(JSON.stringify({ a: tensor('F4', [4], 0, 2) }), 2)],
    ['bf16 and float8', file(JSON.stringify({ a: tensor('BF16', [2], 0, 4), b: tensor('F8_E4M3', [3], 4, 7) }), 7)],
  ];
  it.each(good)('%s', async (_, content) => {
    for (const step of [content.length, 1, 9]) {
      const { verdict, list } = await judge(content, step);
      expect(verdict, JSON.stringify(list)).toBe('clean');
    }
  });

  it('give their facts', async () => {
    const content = file(JSON.stringify({ b: tensor('F32', [2, 2], 4, 20), a: tensor('I16', [2], 0, 4) }), 20);
    expect((await judge(content)).facts).toMatchObject({ tensors: 2, parameters: 6, dtypes: ['F32', 'I16'] });
  });
});

describe('safetensors files that break one rule each', () => {
  const one = (entry: unknown, data = 4) => file(JSON.stringify({ a: entry }), data);
  const header = 'safetensors/header';
  const layout = 'safetensors/layout';
  const truncated = 'safetensors/truncated';
  const bad: readonly (readonly [string, string, Buffer])[] = [
    ['shorter than its length field', truncated, Buffer.from([1, 0, 0])],
    ['a header longer than the file', truncated, file('{}', 0, 100)],
    ['a header of more than 100 MB', header, file('{}', 0, 100_000_001)],
    ['a header length beyond 2^53', header, Buffer.concat([Buffer.alloc(8, 0xff), Buffer.from('{}')])],
    ['no opening brace', header, file(' {}', 0)],
    ['not JSON', header, file('{"a":}', 0)],
    ['something behind the object', header, file('{}x', 0)],
    ['not UTF-8', header, file(Buffer.from('{"\xff":1}', 'latin1'), 0)],
    [
      'a key twice',
      header,
      file(
        '{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}',
        1,
      ),
    ],
    ['a field twice', header, file('{"a":{"dtype":"U8","dtype":"I8","shape":[1],"data_offsets":[0,1]}}', 1)],
    ['deep nesting', header, file(`{"a":${'['.repeat(500)}${']'.repeat(500)}}`, 0)],
    ['metadata that is no text', header, file('{"__metadata__":{"a":1}}', 0)],
    ['an entry that is no object', header, one(1)],
    ['an unknown field', header, one({ ...tensor('F32', [1], 0, 4), extra: 1 })],
    ['no dtype', header, one({ shape: [1], data_offsets: [0, 4] })],
    ['an unknown dtype', header, one(tensor('F33', [1], 0, 4))],
    ['a dtype that is a word of JavaScript', header, one(tensor('constructor', [1], 0, 4))],
    ['a shape that is no list', header, one({ dtype: 'F32', shape: 1, data_offsets: [0, 4] })],
    ['a negative dimension', header, one(tensor('F32', [-1], 0, 4))],
    ['a dimension that is no whole number', header, one(tensor('F32', [0.5], 0, 4))],
    ['a number with an exponent', header, file('{"a":{"dtype":"U8","shape":[1e0],"data_offsets":[0,1]}}', 1)],
    ['three offsets', header, one({ dtype: 'F32', shape: [1], data_offsets: [0, 4, 8] })],
    ['an end before its beginning', header, one(tensor('F32', [0], 4, 0))],
    ['a size that is not shape times dtype', header, one(tensor('F32', [2], 0, 4))],
    ['a shape whose product overflows', header, one(tensor('F32', [2 ** 40, 2 ** 40], 0, 4))],
    ['elements that fill no whole bytes', header, one(tensor('F4', [3], 0, 2), 2)],
    ['bytes before the first tensor', layout, one(tensor('F32', [1], 4, 8), 8)],
    [
      'bytes between tensors',
      layout,
      file(JSON.stringify({ a: tensor('U8', [1], 0, 1), b: tensor('U8', [1], 2, 3) }), 3),
    ],
    [
      'tensors that overlap',
      layout,
      file(JSON.stringify({ a: tensor('U8', [2], 0, 2), b: tensor('U8', [2], 1, 3) }), 3),
    ],
    [
      'tensors that are the same bytes',
      layout,
      file(JSON.stringify({ a: tensor('U8', [2], 0, 2), b: tensor('U8', [2], 0, 2) }), 2),
    ],
    ['bytes behind the last tensor', layout, one(tensor('F32', [1], 0, 4), 5)],
    ['missing bytes', truncated, one(tensor('F32', [1], 0, 4), 3)],
  ];
  it.each(bad)('%s', async (_, rule, content) => {
    const { verdict, rules } = await judge(content);
    expect(rules).toContain(rule);
    expect(verdict).toBe('unsafe');
  });

  it('names the byte where a layout goes wrong', async () => {
    const content = file(JSON.stringify({ a: tensor('F32', [1], 0, 4) }), 10);
    const { list } = await judge(content);
    expect(list[0]?.offset).toBe(content.length - 6);
    expect(list[0]?.message).toContain('6 bytes behind the last tensor');
  });
});
