import * as p from '../assembler.ts';
import type { Random } from './random.ts';

export type Make = (random: Random) => p.Part;

export const u8 = (value: number): Buffer => Buffer.from([value]);
const memoIndex = (random: Random): number => (random.chance(0.97) ? random.below(6) : random.below(300));
const oddIndices = [
  '0',
  '1',
  '2',
  '+1',
  ' 1 ',
  '1_0',
  '0x1',
  '-1',
  '01',
  '0\0x',
  '',
  '99999999999999999999',
  '1\u00a0',
  '_1',
  '1.0',
];
export const oddIntegers = [
  ...[
    '0',
    '1',
    '-1',
    '00',
    '01',
    '000',
    '0x10',
    '0X1f',
    '0o17',
    '0b101',
    '017',
    '1_000',
    '1__0',
    '_1',
    ' 1',
    '1 ',
    '+1',
    '-0',
    '',
  ],
  ...[
    '5L',
    'L',
    '5LL',
    '99999999999999999999',
    '-',
    '0x',
    '1\0',
    '1\0x',
    '1.5',
    '1e3',
    'abc',
    '0_0',
    '\t7\v',
    '1\u0085',
    '--1',
    '٣',
  ],
  ...[
    '123456789012345',
    '1234567890123456',
    '-99999999999999999999L',
    '0L',
    '010L',
    '0x10L',
    ' 1L',
    '1L ',
    '1 L',
    '00L',
    '01L',
  ],
];
const oddFloats = [
  '1.5',
  '-2',
  '1e10',
  '1e+16',
  '.5',
  '5.',
  'inf',
  '-inf',
  'nan',
  'infinity',
  'NaN',
  '1_0.5',
  ' 1.5',
  '1.5 ',
  '1.5\0',
  '0x1p3',
  '',
  'x',
];
export const modules = ['os', 'a', 'numpy', 'collections', 'm.n', 'é', ''];
export const names = ['system', 'b', 'ndarray', 'OrderedDict', 'x.y', 'ß', ''];
const long = [
  'a long line of text, é',
  'a long line, then \\x41\\u006f',
  'a long line, then \\x4',
  'a long line, then \\u00e',
  'a long line, then \\',
  "a long line, then \\'",
  'a long line, \\\\\\U00110000',
];
export const quoted = [
  "'os'",
  '"a"',
  "'\\x6fs'",
  "'\\157s'",
  "'\\x6'",
  "'\\'",
  "''",
  "'",
  'a',
  '\'a"',
  "'a'x",
  "'\\\\n'",
  " 'a'",
  "'a' ",
  "'\\777'",
  "'é'",
  "'a\\",
  ...long,
  ...long.map((text) => `'${text}'`),
];
export const escaped = [
  'os',
  '\\u006fs',
  '\\\\u006f',
  '\\u12',
  '\\U0001f600',
  '\\U00110000',
  '\\ud800',
  'é',
  '',
  '\\',
  '\\\\',
  '\\x41',
  '\\\\\\u0041',
  '\\N{DIGIT ONE}',
  ...long,
];
const texts = [
  'os',
  'system',
  'a',
  'b',
  '',
  'é',
  'm',
  'n.o',
  'a text that is a little longer',
  'ein längerer Text, où ça ✓ 😀',
];
const badTexts = [
  '\xff',
  '\xc3',
  '\xed\xa0\x80',
  '\xf0\x9f\x98\x80',
  '\xed\xa0',
  '\xc0\x80',
  '\xf4\x90\x80\x80',
  'a\xed\xbf\xbfb',
  '\xe2\x82\xac',
  'a longer text, but wrong \xff',
  'a longer text, then \xed\xa0\x80\xe2\x82',
  'a longer text, \xed\xbf\xbf and \xe2\x82\xac',
];

function textBytes(random: Random): Buffer {
  return random.chance(0.85) ? Buffer.from(random.pick(texts)) : Buffer.from(random.pick(badTexts), 'latin1');
}

/** A length that is sometimes wrong. */
function lengthOf(random: Random, content: Buffer): number {
  return random.chance(0.98) ? content.length : Math.max(0, content.length + random.below(9) - 4);
}

export function counted1(opcode: string): Make {
  return (random) => {
    const content = textBytes(random);
    return p.bytes(opcode, u8(lengthOf(random, content)), content);
  };
}

function counted4(opcode: string): Make {
  return (random) => {
    const content = textBytes(random);
    return p.bytes(opcode, p.u32(random.chance(0.995) ? lengthOf(random, content) : 0xffff_fff0), content);
  };
}

function counted8(opcode: string): Make {
  return (random) => {
    const content = textBytes(random);
    return p.bytes(opcode, p.u64(random.chance(0.995) ? lengthOf(random, content) : 2n ** 63n), content);
  };
}

export function lines(opcode: string, choices: readonly string[]): Make {
  return (random) => p.bytes(opcode, random.pick(choices), random.chance(0.995) ? '\n' : '\r\n');
}

export const names2 =
  (opcode: string): Make =>
  (random) =>
    p.bytes(
      opcode,
      Buffer.from(random.pick(modules)),
      '\n',
      random.chance(0.99) ? Buffer.from(random.pick(names)) : '\xff',
      '\n',
    );

/** One opcode with its argument; those that need nothing are as frequent as real pickles have them. */
const simple =
  '(((()]})]}N\x88\x89\x8f.aaaeeesssuuuRRRRRbbbot0012d\x85\x85\x86\x87\x90\x91\x93\x93\x93\x81\x92\x94\x94\x94lQ\x97\x98';
export const makes: readonly Make[] = [
  ...Array.from({ length: 12 }, (): Make => (random) => simple.charAt(random.below(simple.length))),
  (random) => p.bytes('K', u8(random.below(256))),
  (random) => p.bytes('J', p.u32(random.below(2 ** 32))),
  (random) => p.bytes('M', u8(random.below(256)), u8(0)),
  () => 'G?\xf0\0\0\0\0\0\0',
  (random) => p.bytes('\x8a', u8(random.pick([0, 1, 2, 3])), '\x01\x00\xff'),
  (random) => p.bytes('\x8b', p.u32(random.pick([0, 1, 2, -1])), '\x01\x02'),
  lines('I', oddIntegers),
  lines('L', oddIntegers),
  lines('F', oddFloats),
  lines('S', quoted),
  lines('V', escaped),
  lines('p', oddIndices),
  lines('g', oddIndices),
  lines('P', ['a', '', 'é', 'x y']),
  ...['\x8c', '\x8c', 'U', 'C'].map(counted1),
  ...['X', 'T', 'B'].map(counted4),
  ...['\x8d', '\x8e', '\x96'].map(counted8),
  ...['c', 'c', 'i'].map(names2),
  (random) => p.bytes('q', u8(memoIndex(random))),
  (random) => p.bytes('h', u8(memoIndex(random))),
  (random) => p.bytes('h', u8(memoIndex(random))),
  (random) => p.bytes('r', p.u32(random.chance(0.998) ? memoIndex(random) : random.below(2 ** 32))),
  (random) => p.bytes('j', p.u32(memoIndex(random))),
  (random) => p.bytes('\x82', u8(random.below(3))),
  (random) => p.bytes('\x83', u8(random.below(3)), u8(0)),
  (random) => p.bytes('\x84', p.u32(random.below(4) - 1)),
  (random) => p.bytes('\x80', u8(random.below(8))),
  (random) => p.bytes('\x95', p.u64(random.chance(0.95) ? random.below(60) : random.below(2 ** 40))),
  // What works more often than chance would have it.
  (random) => p.stackGlobal(random.pick(modules), random.pick(names)),
  (random) =>
    p.bytes(p.stackGlobal(random.pick(modules), random.pick(names)), random.pick([')R', '(tR', ')\x81', ')}\x92'])),
  (random) => p.bytes(']', random.pick(['(NNe', 'Na', '(e', '\x94'])),
  (random) => p.bytes('}', random.pick(['(K\x01Nu', 'NNs', '(u', '\x94', '(]Nu', 'C\x01aNs'])),
];

/** Opcodes with what they need often on the stack, often in frames. */
export function grammatical(random: Random): Buffer {
  const parts: p.Part[] = [];
  for (let count = 1 + random.below(14); count > 0; count--) parts.push(random.pick(makes)(random));
  if (random.chance(0.9)) parts.push('.');
  if (random.chance(0.02)) parts.push('N.');
  return packed(random, p.bytes(...parts));
}

/** With frames and a protocol, or without; sometimes cut off. */
export function packed(random: Random, content: Buffer): Buffer {
  let body = content;
  if (random.chance(0.25)) {
    const cut = random.below(body.length + 1);
    const claimed = random.chance(0.5) ? body.length - cut : Math.max(0, body.length - cut + random.below(12) - 6);
    body = p.bytes(body.subarray(0, cut), '\x95', p.u64(claimed), body.subarray(cut));
  }
  if (random.chance(0.01)) body = body.subarray(0, random.below(body.length + 1));
  return random.chance(0.5) ? p.bytes(p.proto(random.below(6)), body) : body;
}

/** A few bytes of a pickle changed, removed, repeated or taken from another one. */
export function mutated(random: Random, pool: readonly Buffer[]): Buffer {
  let changed = random.pick(pool);
  for (let times = 1 + random.below(3); times > 0; times--) {
    const at = random.below(changed.length + 1);
    const other = random.pick(pool);
    const from = random.below(other.length);
    const kind = random.below(5);
    const added =
      kind === 0
        ? u8(random.below(256))
        : kind === 1
          ? Buffer.alloc(0)
          : kind === 2
            ? p.bytes(random.pick(makes)(random))
            : kind === 3
              ? other.subarray(from, from + random.below(40))
              : p.bytes('\x95', p.u64(random.below(2 * (changed.length - at) + 2)));
    const removed = kind === 0 ? 1 : kind === 1 || kind === 3 ? random.below(9) : 0;
    changed = Buffer.concat([changed.subarray(0, at), added, changed.subarray(at + removed)]);
  }
  return changed;
}

/** Bytes without any sense. */
export function noise(random: Random): Buffer {
  return Buffer.from(Array.from({ length: 1 + random.below(24) }, () => random.below(256)));
}
