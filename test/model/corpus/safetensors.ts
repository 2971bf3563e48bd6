import { benign, malformed, type CorpusCase } from './case.ts';

/** A file of a header, its length (or another one) and so many bytes of data. */
export function safetensors(header: string | Buffer, data: number, length = Buffer.byteLength(header)): Buffer {
  const prefix = Buffer.alloc(8);
  prefix.writeBigUInt64LE(BigInt(length));
  const bytes = Buffer.from(Array.from({ length: data }, (_, index) => (index * 7) & 0x3f));
  return Buffer.concat([prefix, Buffer.from(header), bytes]);
}

export function tensor(dtype: string, shape: readonly number[], begin: number, end: number): object {
  return { dtype, shape, data_offsets: [begin, end] };
}

const of = (entries: object, data: number): Buffer => safetensors(JSON.stringify(entries), data);
const one = (entry: unknown, data = 4): Buffer => of({ a: entry }, data);
const byte = '{"dtype":"U8","shape":[1],"data_offsets":[0,1]}';
const float = tensor('F32', [1], 0, 4);
const fullPrefix = Buffer.concat([Buffer.alloc(8, 0xff), Buffer.from('{}')]);

type Rule = 'header' | 'layout' | 'truncated';

/** What is wrong, the rule that says so, the file, and its sibling that is right. */
const pairs: readonly (readonly [what: string, rule: Rule, broken: Buffer, valid: Buffer])[] = [
  ['shorter than its length field', 'truncated', Buffer.from([2, 0, 0]), safetensors('{}', 0)],
  ['a header longer than the file', 'truncated', safetensors('{}', 0, 100), safetensors('{}'.padEnd(100), 0)],
  ['a header of more than 100 MB', 'header', safetensors('{}', 0, 100_000_001), safetensors('{}'.padEnd(4096), 0)],
  ['a header length beyond 2^53', 'header', fullPrefix, safetensors('{}', 0)],
  ['no opening brace', 'header', safetensors(' {}', 0), safetensors('{} ', 0)],
  ['not JSON', 'header', safetensors('{"a":}', 0), safetensors(`{"a":${byte}}`, 1)],
  ['something behind the object', 'header', safetensors('{}x', 0), safetensors('{}   ', 0)],
  [
    'not UTF-8',
    'header',
    safetensors(Buffer.from(`{"\xff":${byte}}`, 'latin1'), 1),
    safetensors(Buffer.from(`{"\xff":${byte}}`, 'utf8'), 1),
  ],
  [
    'a key twice',
    'header',
    safetensors(`{"a":${byte},"a":${byte}}`, 1),
    safetensors(`{"a":${byte},"b":${byte.replace('[0,1]', '[1,2]')}}`, 2),
  ],
  [
    'a key twice, once escaped',
    'header',
    safetensors(`{"a":${byte},"\\u0061":${byte}}`, 1),
    safetensors(`{"a":${byte},"\\u0062":${byte.replace('[0,1]', '[1,2]')}}`, 2),
  ],
  [
    'a field twice',
    'header',
    safetensors(`{"a":${byte.replace('{', '{"dtype":"I8",')}}`, 1),
    safetensors(`{"a":${byte}}`, 1),
  ],
  [
    'deep nesting',
    'header',
    safetensors(`{"a":${'['.repeat(500)}${']'.repeat(500)}}`, 0),
    one(tensor('U8', [1, 1, 1, 1, 1, 1, 1, 1], 0, 1), 1),
  ],
  [
    'metadata that is no text',
    'header',
    safetensors('{"__metadata__":{"step":1}}', 0),
    safetensors('{"__metadata__":{"step":"1"}}', 0),
  ],
  ['metadata that is no object', 'header', of({ __metadata__: 'pt' }, 0), of({ __metadata__: {} }, 0)],
  ['an entry that is no object', 'header', one(1), one(float)],
  ['an unknown field', 'header', one({ ...float, extra: 1 }), one(float)],
  ['no dtype', 'header', one({ shape: [1], data_offsets: [0, 4] }), one(float)],
  ['no shape', 'header', one({ dtype: 'F32', data_offsets: [0, 4] }), one(float)],
  ['no offsets', 'header', one({ dtype: 'F32', shape: [1] }), one(float)],
  ['an unknown dtype', 'header', one(tensor('F33', [1], 0, 4)), one(tensor('I32', [1], 0, 4))],
  ['a dtype in small letters', 'header', one(tensor('f32', [1], 0, 4)), one(tensor('U32', [1], 0, 4))],
  ['a dtype of JavaScript', 'header', one(tensor('constructor', [1], 0, 4)), one(tensor('C64', [1], 0, 8), 8)],
  ['a shape that is no list', 'header', one({ dtype: 'F32', shape: 1, data_offsets: [0, 4] }), one(float)],
  ['a negative dimension', 'header', one(tensor('F32', [-1], 0, 4)), one(tensor('F32', [1, 1], 0, 4))],
  ['a dimension of halves', 'header', one(tensor('F32', [0.5], 0, 4)), one(tensor('F16', [2], 0, 4))],
  [
    'a dimension written as 1e0',
    'header',
    safetensors(`{"a":${byte.replace('[1]', '[1e0]')}}`, 1),
    one(tensor('U8', [1], 0, 1), 1),
  ],
  ['three offsets', 'header', one({ dtype: 'F32', shape: [1], data_offsets: [0, 4, 8] }), one(float)],
  ['an end before its beginning', 'header', one(tensor('F32', [0], 4, 0)), one(tensor('F32', [0], 0, 0), 0)],
  ['a size that is not shape times dtype', 'header', one(tensor('F32', [2], 0, 4)), one(tensor('F32', [2], 0, 8), 8)],
  ['BF16 with the size of F32', 'header', one(tensor('BF16', [1], 0, 4)), one(tensor('BF16', [1], 0, 2), 2)],
  [
    'a shape whose product overflows',
    'header',
    one(tensor('F32', [2 ** 40, 2 ** 40], 0, 4)),
    one(tensor('F32', [2 ** 40, 0], 0, 0), 0),
  ],
  [
    'a product that is zero modulo 2^64',
    'header',
    one(tensor('U8', [2 ** 32, 2 ** 32], 0, 0), 0),
    one(tensor('U8', [0], 0, 0), 0),
  ],
  ['four bits that fill no bytes', 'header', one(tensor('F4', [3], 0, 2), 2), one(tensor('F4', [4], 0, 2), 2)],
  ['six bits that fill no bytes', 'header', one(tensor('F6_E2M3', [3], 0, 3), 3), one(tensor('F6_E2M3', [4], 0, 3), 3)],
  ['bytes before the first tensor', 'layout', one(tensor('F32', [1], 4, 8), 8), one(tensor('F32', [2], 0, 8), 8)],
  [
    'bytes between tensors',
    'layout',
    of({ a: tensor('U8', [1], 0, 1), b: tensor('U8', [1], 2, 3) }, 3),
    of({ a: tensor('U8', [2], 0, 2), b: tensor('U8', [1], 2, 3) }, 3),
  ],
  [
    'tensors that overlap',
    'layout',
    of({ a: tensor('U8', [2], 0, 2), b: tensor('U8', [2], 1, 3) }, 3),
    of({ a: tensor('U8', [1], 0, 1), b: tensor('U8', [2], 1, 3) }, 3),
  ],
  [
    'tensors that are the same bytes',
    'layout',
    of({ a: tensor('U8', [2], 0, 2), b: tensor('U8', [2], 0, 2) }, 2),
    of({ b: tensor('U8', [2], 2, 4), a: tensor('U8', [2], 0, 2) }, 4),
  ],
  [
    'an empty tensor inside another one',
    'layout',
    of({ a: tensor('U8', [2], 0, 2), b: tensor('U8', [0], 1, 1) }, 2),
    of({ a: tensor('U8', [2], 0, 2), b: tensor('U8', [0], 2, 2) }, 2),
  ],
  ['bytes behind the last tensor', 'layout', one(float, 5), one(tensor('U8', [5], 0, 5), 5)],
  ['a zip file behind the last tensor', 'layout', Buffer.concat([one(float), Buffer.from('PK\x05\x06')]), one(float)],
  ['bytes without any tensor', 'layout', safetensors('{}', 1), safetensors('{}', 0)],
  ['missing bytes', 'truncated', one(float, 3), one(float)],
];

/** Ordinary files beyond the siblings. */
const ordinary: readonly (readonly [string, Buffer])[] = [
  [
    'two tensors, not in the order of their bytes',
    of({ b: tensor('F32', [2, 2], 4, 20), a: tensor('I16', [2], 0, 4) }, 20),
  ],
  ['metadata and padding', safetensors(`{"__metadata__":{"format":"pt"},"a":${byte}}   `, 1)],
  ['a scalar', one(tensor('F64', [], 0, 8), 8)],
  [
    'float8 of all kinds',
    of({ a: tensor('F8_E4M3', [3], 0, 3), b: tensor('F8_E5M2', [1], 3, 4), c: tensor('F8_E8M0', [1], 4, 5) }, 5),
  ],
  [
    'whole numbers and booleans',
    of({ a: tensor('I64', [1], 0, 8), b: tensor('U16', [1], 8, 10), c: tensor('BOOL', [2], 10, 12) }, 12),
  ],
];

export const safetensorsCases: readonly CorpusCase[] = [
  ...pairs.flatMap(([what, rule, broken, valid]) => [
    malformed(`safetensors: ${what}`, 'unsafe', [`safetensors/${rule}`], 'model.safetensors', broken),
    benign(`safetensors: ${what}: its sibling`, 'model.safetensors', valid),
  ]),
  ...ordinary.map(([what, content]) => benign(`safetensors: ${what}`, 'model.safetensors', content)),
];
