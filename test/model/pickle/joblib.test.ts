import { describe, expect, it } from 'vitest';
import * as p from './assembler.ts';
import { judge } from './judge-bytes.ts';

interface ArrayParts {
  readonly dtype?: Buffer;
  readonly shape?: Buffer;
  readonly aligned?: boolean;
}

const float64 = dtype('f8');

/** `numpy.dtype(code, False, True)`. */
function dtype(code: string, state = ''): Buffer {
  return p.bytes(p.stackGlobal('numpy', 'dtype'), p.text(code), '\x89\x88\x87R', state);
}

/** A NumpyArrayWrapper as joblib writes it; the bytes of the array have to follow. */
function wrapper({ dtype: type = float64, shape = p.bytes('K\x03\x85'), aligned = true }: ArrayParts = {}): Buffer {
  return p.bytes(
    p.stackGlobal('joblib.numpy_pickle', 'NumpyArrayWrapper'),
    ')\x81}(',
    p.text('subclass'),
    p.stackGlobal('numpy', 'ndarray'),
    p.text('shape'),
    shape,
    p.text('order'),
    p.text('C'),
    p.text('dtype'),
    type,
    p.text('allow_mmap'),
    '\x88',
    p.text('numpy_array_alignment_bytes'),
    aligned ? 'K\x10' : 'N',
    'ub',
  );
}

const padding = Buffer.from([3, 0xff, 0xff, 0xff]);
const numbers = Buffer.alloc(24, 0x40);

describe('arrays of joblib', () => {
  const clean: readonly (readonly [string, Buffer])[] = [
    ['with padding', p.bytes(p.proto(4), ']', p.framed(wrapper()), padding, numbers, p.framed('a.'))],
    ['without padding', p.bytes(p.proto(4), ']', wrapper({ aligned: false }), Buffer.alloc(24), 'a.')],
    ['of protocol 2', p.bytes(p.proto(2), ']', wrapper(), Buffer.from([0]), Buffer.alloc(24), 'a.')],
    [
      'without elements',
      p.bytes(p.proto(4), ']', wrapper({ shape: p.bytes('K\x00K\x05\x86') }), Buffer.from([0]), 'a.'),
    ],
    [
      'of one element',
      p.bytes(p.proto(4), ']', wrapper({ shape: p.bytes(')') }), Buffer.from([0]), Buffer.alloc(8), 'a.'),
    ],
    ['of text', p.bytes(p.proto(4), ']', wrapper({ dtype: dtype('U2') }), Buffer.from([0]), Buffer.alloc(24), 'a.')],
    ['of objects', p.bytes(p.proto(4), ']', wrapper({ dtype: dtype('O8') }), p.proto(2), '](NNe.', 'a.')],
  ];
  it.each(clean)('%s are clean', (_, content) => {
    for (const step of [content.length, 1, 6]) {
      const { verdict, findings, facts } = judge(content, step);
      expect(verdict, JSON.stringify(findings)).toBe('clean');
      expect(facts).toMatchObject({ arrays: 1 });
    }
  });

  it('bytes that name something when pickle.load reads them as opcodes are unsafe', () => {
    const trick = p.bytes('0', p.payload, '.');
    const shape = p.bytes('K', Buffer.from([trick.length - 1]), '\x85');
    const content = p.bytes(
      p.proto(4),
      wrapper({ dtype: dtype('u1'), shape, aligned: false }),
      trick.subarray(0, -1),
      '.',
    );
    const { verdict, findings } = judge(content);
    expect(verdict).toBe('unsafe');
    expect(findings[0]).toMatchObject({ rule: 'joblib/second-reading' });
    expect(findings[0]?.message).toContain('os.system');
  });

  it('the second reading knows the memo of the first', () => {
    const trick = p.bytes('h\x00h\x01\x93');
    const content = p.bytes(
      p.proto(4),
      p.text('os'),
      '\x940',
      p.text('system'),
      '\x940',
      wrapper({ dtype: dtype('u1'), shape: p.bytes('K\x05\x85'), aligned: false }),
      trick,
      '.',
    );
    expect(judge(content).rules).toEqual(['joblib/second-reading']);
  });

  const broken: readonly (readonly [string, string, Buffer])[] = [
    [
      'objects with a payload',
      'pickle/dangerous-global',
      p.bytes(p.proto(4), wrapper({ dtype: dtype('O8') }), p.proto(2), p.payload, '..'),
    ],
    [
      'a payload behind the array',
      'pickle/dangerous-global',
      p.bytes(p.proto(4), wrapper(), padding, numbers, p.payload, '.'),
    ],
    ['an unknown dtype', 'joblib/array', p.bytes(p.proto(4), wrapper({ dtype: dtype('Z9') }), padding, numbers, '.')],
    [
      'a negative shape',
      'joblib/array',
      p.bytes(p.proto(4), wrapper({ shape: p.bytes('J', p.u32(-3), '\x85') }), padding, '.'),
    ],
    [
      'a shape that overflows',
      'joblib/array',
      p.bytes(p.proto(4), wrapper({ shape: p.bytes('J\xff\xff\xff\x7f', '2', '\x86') }), padding, '.'),
    ],
    ['missing bytes', 'pickle/truncated', p.bytes(p.proto(4), wrapper(), padding, Buffer.alloc(20))],
    ['an array inside a frame', 'pickle/irregular', p.bytes(p.proto(4), p.framed(wrapper(), padding), numbers, '.')],
    [
      'a structured dtype of unknown flags',
      'pickle/dangerous-global',
      p.bytes(p.proto(4), wrapper({ dtype: dtype('V8', '(NNNNNNNNtb') }), p.payload, '..'),
    ],
  ];
  it.each(broken)('%s: not clean', (_, rule, content) => {
    const { verdict, rules } = judge(content);
    expect(verdict).not.toBe('clean');
    expect(rules).toContain(rule);
  });
});
