import { describe, expect, it } from 'vitest';
import * as p from './assembler.ts';
import { judge } from './judge-bytes.ts';

const ordered = p.stackGlobal('collections', 'OrderedDict');

const benign: readonly (readonly [string, Buffer])[] = [
  ['None', p.bytes(p.proto(4), 'N.')],
  ['protocol 0 values', p.bytes("(lp0\nI1\naL2L\naF1.5\naI00\naI01\naNaS'text'\np1\naVtext\np2\na.")],
  ['protocol 1 values', p.bytes('(K\x01M\x00\x01J\xff\xff\xff\xffG?\xf8\x00\x00\x00\x00\x00\x00U\x01at.')],
  ['protocol 2 values', p.bytes(p.proto(2), '(\x88\x89\x8a\x01\x05\x8a\x00t.')],
  ['all containers', p.bytes(p.proto(4), '(](NNe}(NNu\x8f(N\x90(N\x91)N\x85NN\x86NNN\x87(Ntt.')],
  ['text with accents', p.bytes(p.proto(4), p.text('prédiction ✓'), p.stop)],
  ['text with a lone surrogate', p.bytes(p.proto(4), 'X', p.u32(3), '\xed\xa0\x80.')],
  ['a frame', p.bytes(p.proto(4), p.framed(p.text('abc'), '\x94.'))],
  ['two frames', p.bytes(p.proto(4), p.framed('](N'), p.framed('Ne.'))],
  ['large bytes between frames', p.bytes(p.proto(4), p.framed(']'), p.data(Buffer.alloc(70_000, 7)), p.framed('a.'))],
  ['large text', p.bytes(p.proto(4), p.longText('é'.repeat(40_000)), p.stop)],
  ['a long line of protocol 0', p.bytes(`V${'x'.repeat(200_000)}\n.`)],
  ['several streams', p.bytes(p.proto(4), 'N.', p.proto(2), 'K\x01.', p.proto(5), '].')],
  ['a dict subclass with items', p.bytes(p.proto(4), ordered, ')R(', p.text('a'), 'K\x01u.')],
  [
    'bytes of protocol 2',
    p.bytes(p.proto(2), p.global('_codecs', 'encode'), p.longText('ÿ'), p.longText('latin1'), '\x86R.'),
  ],
  [
    'an object of protocol 0',
    p.bytes('ccopy_reg\n_reconstructor\n(csklearn.base\nBaseEstimator\nc__builtin__\nobject\nNtR(dS"a"\nI1\nsb.'),
  ],
  ['the type of None', p.bytes(p.proto(4), p.stackGlobal('builtins', 'type'), 'N\x85R.')],
  ['a clean pickle in bytes', p.bytes(p.proto(4), p.data(p.bytes(p.proto(4), 'N.')), p.stop)],
  [
    'bytes that only begin like a pickle',
    p.bytes(p.proto(4), p.data(p.bytes(p.proto(4), Buffer.alloc(9000, 0xee))), p.stop),
  ],
  ['text that ends like a pickle', p.bytes(p.proto(4), p.text('c is a language, and so on.'), p.stop)],
  ['a shared list', p.bytes(p.proto(4), ']\x94(h\x00h\x00e.')],
  [
    'a metric as a parameter',
    p.bytes(p.proto(4), p.stackGlobal('sklearn.metrics._classification', 'f1_score'), p.stop),
  ],
];

describe('pickles that are clean', () => {
  it.each(benign)('%s', (_, content) => {
    for (const step of [content.length, 5]) {
      const { verdict, findings } = judge(content, step);
      expect(verdict, JSON.stringify(findings)).toBe('clean');
      expect(findings).toEqual([]);
    }
  });

  it('counts opcodes, streams and globals', () => {
    const { facts } = judge(p.bytes(p.proto(4), ordered, ')R.', p.proto(2), 'N.'));
    expect(facts).toEqual({ protocol: 4, opcodes: 10, streams: 2, globals: ['collections.OrderedDict'] });
  });

  it('does not expand what shared parts would write out', () => {
    // 40 doublings: 2^40 parts, 40 tuples.
    const content = p.bytes(p.proto(4), 'N', '2\x86'.repeat(39), p.stop);
    expect(judge(content).verdict).toBe('clean');
  });
});

describe('entries of a project', () => {
  const content = p.bytes(p.proto(4), p.stackGlobal('my_package.parts', 'Ratio'), ')\x81}', p.text('a'), 'K\x01sb.');
  const entry = { global: 'my_package.parts.Ratio', reason: 'our own class', owner: 'ml-team', expires: '2030-01-01' };

  it('make a name clean until they expire, and stay visible', () => {
    const { verdict, findings } = judge(content, 100, { allow: [entry], today: '2030-01-01' });
    expect(verdict).toBe('clean');
    expect(findings).toMatchObject([{ rule: 'policy/allowed', severity: 'info', offset: 27 }]);
    expect(findings[0]?.message).toContain('our own class (ml-team, until 2030-01-01)');
  });

  it('fail when they have expired', () => {
    const { verdict, rules } = judge(content, 100, { allow: [entry], today: '2030-01-02' });
    expect(verdict).toBe('inconclusive');
    expect(rules).toEqual(['policy/expired']);
  });

  it('hold for exactly one name', () => {
    const { rules } = judge(content, 100, { allow: [{ ...entry, global: 'my_package.parts.Rati' }] });
    expect(rules).toEqual(['pickle/unlisted-global']);
  });
});

describe('offsets', () => {
  it('point at the opcode, also in the second stream', () => {
    const { findings } = judge(p.bytes(p.proto(4), 'N.', p.proto(4), p.payload, p.stop));
    // 4 bytes of the first stream, PROTO, two strings of 4 and 8 bytes.
    expect(findings.map(({ rule, offset }) => [rule, offset])).toEqual([
      ['pickle/dangerous-global', 18],
      ['pickle/dangerous-call', 26],
    ]);
  });

  it('count from the payload for a pickle inside it', () => {
    const inner = p.bytes(p.proto(4), p.payload, p.stop);
    const { findings } = judge(p.bytes(p.proto(4), p.data(inner), p.stop));
    expect(findings.map(({ rule, offset, member }) => [rule, offset, member])).toEqual([
      ['pickle/nested', 2, undefined],
      ['pickle/dangerous-global', 14, 'pickle in the payload at byte 2'],
      ['pickle/dangerous-call', 22, 'pickle in the payload at byte 2'],
    ]);
  });

  it('keep what is shown free of control characters', () => {
    const { findings } = judge(p.bytes(p.proto(4), p.stackGlobal('os', 'system'), p.text('\u001b[2J\u202e'), '\x85R.'));
    expect(findings[1]?.message).toContain("os.system('\\x1b[2J\\u202e')");
  });
});
