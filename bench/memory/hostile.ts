import { closeSync, mkdirSync, openSync, writeFileSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import * as gguf from '../../test/model/corpus/gguf-builder.ts';
import * as onnx from '../../test/model/corpus/onnx-builder.ts';
import * as tf from '../../test/model/corpus/savedmodel-builder.ts';
import { zipFile } from '../../test/model/corpus/zip-writer.ts';
import * as p from '../../test/model/pickle/assembler.ts';
import { part } from '../../test/model/protobuf/encoder.ts';

/** A file that is made to cost memory, or an ordinary one that does. */
export interface Hostile {
  readonly title: string;
  /** Its name, perhaps in a folder. */
  readonly name: string;
  write(path: string): void;
}

/** Writes a begin, a unit many times (it may depend on its index), and an end. */
function write(
  path: string,
  begin: Buffer,
  unit: Buffer | ((index: number) => Buffer),
  count: number,
  end: p.Part,
): void {
  const file = openSync(path, 'w');
  writeSync(file, begin);
  let some: Buffer[] = [];
  let bytes = 0;
  const flush = (): void => {
    if (some.length > 0) writeSync(file, Buffer.concat(some));
    some = [];
    bytes = 0;
  };
  const step = typeof unit === 'function' ? 1 : Math.max(1, Math.floor(1_000_000 / unit.length));
  for (let at = 0; at < count; at += step) {
    const made = typeof unit === 'function' ? unit(at) : Buffer.alloc(unit.length * Math.min(step, count - at), unit);
    some.push(made);
    bytes += made.length;
    if (bytes > 1_000_000) flush();
  }
  flush();
  writeSync(file, p.bytes(end));
  closeSync(file);
}

const proto = p.proto(4);
const short = (index: number): string => index.toString(36);

/** Pickles: what is made is not what is written. */
function pickles(): Hostile[] {
  const made: Hostile[] = [];
  const add = (
    title: string,
    begin: p.Part,
    unit: p.Part | ((index: number) => Buffer),
    count: number,
    end: p.Part,
  ) => {
    const each = typeof unit === 'function' ? unit : p.bytes(unit);
    made.push({
      title: `pickle: ${title}`,
      name: 'model.pkl',
      write: (path) => write(path, p.bytes(proto, begin), each, count, end),
    });
  };
  add('empty lists', '(', ']', 40_000_000, 'l.');
  add('memoized empty lists', '(', ']\x94', 20_000_000, 'l.');
  add('empty dicts', '](', '}', 20_000_000, 'e.');
  add('dicts with an entry', '](', p.bytes('}', p.text('a'), 'Ns'), 8_000_000, 'e.');
  add(
    'dicts with two new keys',
    '](',
    (i) => p.bytes('}(', p.text(`a${short(i)}`), 'N', p.text(`b${short(i)}`), 'Nu'),
    1_500_000,
    'e.',
  );
  add('one dict of many keys', '}(', (i) => p.bytes(p.text(`key-${short(i)}`), 'N'), 4_000_000, 'u.');
  add('lists in lists', '', ']', 20_000_000, '.');
  add('lists of one item, one in the other', '', ']', 2_900_000, p.bytes(Buffer.alloc(2_900_000, 'a'), '.'));
  add('tuples of one, one in the other', 'N', p.tuple1, 20_000_000, '.');
  add('tuples of three numbers', '](', 'K\x01K\x02K\x03\x87', 6_000_000, 'e.');
  add('tuples of sixty numbers', '](', p.bytes('(', Buffer.alloc(120, 'K\x01'), 't'), 500_000, 'e.');
  add('marks', '', '(', 60_000_000, '.');
  add('numbers on the stack', '(', 'K\x01', 40_000_000, 't.');
  add('fractions on the stack', '(', p.bytes('G', Buffer.alloc(8, '?\xf0\x12\x34')), 9_000_000, 't.');
  add('numbers of 64 bits', '(', (i) => p.bytes('\x8a\x08', p.u64(2n ** 62n + BigInt(i))), 4_000_000, 't.');
  add('short texts, each another', '](', (i) => p.text(`t${short(i)}`), 6_000_000, 'e.');
  add('memoized short texts', '](', (i) => p.bytes(p.text(`text number ${short(i)}`), '\x94'), 4_000_000, 'e.');
  add('texts of 4,000 characters', '](', (i) => p.longText(`${short(i)} `.padEnd(4000, 'x')), 30_000, 'e.');
  add('texts of 200 characters', '](', (i) => p.longText(`${short(i)} `.padEnd(200, 'x')), 800_000, 'e.');
  add('one text of 200 MB', p.bytes('\x8d', p.u64(200_000_000)), 'x', 200_000_000, '.');
  add('one line of 100 MB', 'V', 'x', 100_000_000, '\n.');
  add('unlisted globals, each another', '](', (i) => p.stackGlobal(`m${short(i)}`, `n${short(i)}`), 2_000_000, 'e.');
  add('unlisted globals in lines', '](', (i) => p.global(`m${short(i)}`, `n${short(i)}`), 2_000_000, 'e.');
  add(
    'objects',
    '](',
    p.bytes(p.stackGlobal('sklearn.tree._classes', 'DecisionTreeClassifier'), ')\x81}b'),
    1_000_000,
    'e.',
  );
  add(
    'memoized class, many objects',
    p.bytes(p.stackGlobal('sklearn.base', 'BaseEstimator'), '\x940]('),
    'h\0)\x81',
    5_000_000,
    'e.',
  );
  add('memo with gaps', ']', (i) => p.bytes('r', p.u32((i * 2_654_435) >>> 0)), 6_000_000, '.');
  add('memo by text numbers', ']', (i) => p.bytes(`p${i * 7919}\n`), 5_000_000, '.');
  add('persistent ids', '](', (i) => p.bytes(`P${short(i)}\n`), 5_000_000, 'e.');
  add('pickles in bytes', '](', p.data(p.bytes(proto, Buffer.alloc(4000, ']'), '.')), 10_000, 'e.');
  add('pickles in pickles', '](', p.data(p.bytes(proto, '](', Buffer.alloc(40_000, 'N'), 'e.')), 3000, 'e.');
  add('frames that do not fit', '', p.bytes(p.frame(2, 'NX'), p.u32(1), 'aN'), 8_000_000, '.');
  add('many streams', 'N.', p.bytes(proto, '].'), 8_000_000, '');
  add(
    'base64 texts with pickles',
    '](',
    p.text(p.bytes(proto, Buffer.alloc(90, ']'), '.').toString('base64')),
    800_000,
    'e.',
  );
  add(
    'states',
    p.bytes(p.stackGlobal('sklearn.base', 'BaseEstimator'), '\x940]('),
    (i) => p.bytes('h\0)\x81}', p.text(`a${short(i)}`), 'Nsb'),
    2_000_000,
    'e.',
  );
  add('sets', '](', p.bytes('\x8f(K\x01\x90'), 4_000_000, 'e.');
  add('floats as text', '(', (i) => p.bytes(`F${i}.5\n`), 6_000_000, 't.');
  add('long integers', '(', p.bytes('\x8b', p.u32(4000), Buffer.alloc(4000, 0x7f)), 25_000, 't.');
  return made;
}

function documents(): Hostile[] {
  const made: Hostile[] = [];
  const header = (title: string, unit: (index: number) => string, count: number, begin = '{', end = '}'): void => {
    made.push({
      title: `safetensors: ${title}`,
      name: 'model.safetensors',
      write: (path) => {
        const text = Buffer.from(begin + Array.from({ length: count }, (_, index) => unit(index)).join(',') + end);
        writeFileSync(path, Buffer.concat([p.u64(text.length), text]));
      },
    });
  };
  header('empty tensors', (i) => `"${short(i)}":{"dtype":"F32","shape":[0],"data_offsets":[0,0]}`, 1_650_000);
  header('metadata', (i) => `"${short(i)}":""`, 9_000_000, '{"__metadata__":{', '}}');
  header('shapes', () => '1', 49_000_000, '{"a":{"dtype":"U8","data_offsets":[0,0],"shape":[', ']}}');
  header('empty objects', (i) => `"${short(i)}":{}`, 9_000_000);
  header('lists in lists', () => '[[[]]]', 14_000_000, '{"a":[', ']}');
  header('one long name', () => 'x'.repeat(99_000_000), 1, '{"', '":1}');
  const json = (title: string, unit: (index: number) => string, count: number, begin: string, end: string): void => {
    made.push({
      title: `JSON: ${title}`,
      name: 'model.json',
      write: (path) =>
        writeFileSync(path, begin + Array.from({ length: count }, (_, index) => unit(index)).join(',') + end),
    });
  };
  json('numbers', () => '1', 33_000_000, '[', ']');
  json('empty objects', () => '{}', 22_000_000, '[', ']');
  json('keys', (i) => `"${short(i)}":0`, 7_000_000, '{', '}');
  json('short texts', (i) => `"${short(i)}"`, 8_000_000, '[', ']');
  json('vocabulary', (i) => `"token ${short(i)}":${i}`, 2_500_000, '{"model":{"vocab":{', '}}}');
  return made;
}

function graphs(): Hostile[] {
  const list = <T>(count: number, make: (index: number) => T): T[] => Array.from({ length: count }, (_, i) => make(i));
  const file = (title: string, name: string, content: () => Buffer): Hostile => ({
    title,
    name,
    write: (path) => {
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, content());
    },
  });
  const chain = (count: number): Buffer[] =>
    list(count, (i) => onnx.node('Add', [i === 0 ? 'x' : `v${i - 1}`, 'w'], [`v${i}`]));
  return [
    file('ONNX: 250,000 nodes', 'nodes.onnx', () =>
      onnx.model(onnx.graph({ nodes: chain(250_000), outputs: [onnx.value('v249999', ['n', 4])] })),
    ),
    file('ONNX: nodes with many attributes', 'attributes.onnx', () =>
      onnx.model(
        onnx.graph({
          nodes: list(9000, (i) =>
            onnx.node(
              'Add',
              ['x', 'w'],
              [`v${i}`],
              ...list(30, (k) => part(5, part(1, `a${k}`), part(8, Buffer.alloc(0)), Buffer.from([0xa0, 1, 2]))),
            ),
          ),
        }),
      ),
    ),
    file('ONNX: texts of names', 'names.onnx', () =>
      onnx.model(
        onnx.graph({ nodes: list(3000, (i) => onnx.node('Add', ['x', 'w'], [`v${i}${'y'.repeat(20_000)}`])) }),
      ),
    ),
    file('ONNX: initializers', 'initializers.onnx', () =>
      onnx.model(onnx.graph({ initializers: list(290_000, (i) => onnx.zeros(`w${i}`, [1])) })),
    ),
    file('SavedModel: 200,000 nodes', 'saved/saved_model.pb', () =>
      tf.savedModel({ nodes: list(199_000, (i) => tf.node('NoOp', `n${i}`, i > 0 ? [`n${i - 1}`] : [])) }),
    ),
    file('SavedModel: functions', 'functions/saved_model.pb', () =>
      tf.savedModel({ functions: list(60_000, (i) => tf.body(`f${i}`, ['x'], [tf.node('Identity', `n${i}`, ['x'])])) }),
    ),
    file('SavedModel: attributes', 'attributes/saved_model.pb', () =>
      tf.savedModel({
        nodes: list(6000, (i) =>
          tf.node('NoOp', `n${i}`, [], ...list(40, (k) => tf.attribute(`a${k}`, part(2, 'v'.repeat(20))))),
        ),
      }),
    ),
    file('GGUF: metadata', 'metadata.gguf', () =>
      Buffer.concat([
        Buffer.from('GGUF'),
        gguf.u32(3),
        gguf.u64(0),
        gguf.u64(900_000),
        ...list(900_000, (i) => gguf.entry(`k${short(i)}`, 4, gguf.u32(i))),
      ]),
    ),
    file('GGUF: tensors', 'tensors.gguf', () =>
      Buffer.concat([
        Buffer.from('GGUF'),
        gguf.u32(3),
        gguf.u64(900_000),
        gguf.u64(0),
        ...list(900_000, (i) =>
          Buffer.concat([gguf.text(`t${short(i)}`), gguf.u32(1), gguf.u64(8), gguf.u32(0), gguf.u64(i * 32)]),
        ),
      ]),
    ),
    file('GGUF: vocabulary', 'vocabulary.gguf', () =>
      Buffer.concat([
        Buffer.from('GGUF'),
        gguf.u32(3),
        gguf.u64(0),
        gguf.u64(1),
        gguf.array('tokenizer.ggml.tokens', 8, 4_000_000, Buffer.concat(list(4_000_000, (i) => gguf.text(short(i))))),
      ]),
    ),
    file('zip: 99,000 members', 'members.zip', () =>
      zipFile(list(99_000, (i) => ({ name: `m${i}.txt`, content: 'a' }))),
    ),
    file('LightGBM: features', 'features.lgb', () =>
      Buffer.from(
        `tree\nversion=v4\nnum_class=1\nnum_tree_per_iteration=1\nlabel_index=0\nmax_feature_idx=1999999\nobjective=regression\nfeature_names=${list(2_000_000, (i) => `f${short(i)}`).join(' ')}\nfeature_infos=${list(2_000_000, () => 'none').join(' ')}\n`,
      ),
    ),
  ];
}

/** All of them. */
export function hostileFiles(): Hostile[] {
  return [...pickles(), ...documents(), ...graphs()];
}
