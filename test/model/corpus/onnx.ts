import { float, int, packed, part } from '../protobuf/encoder.ts';
import { benign, dangerous, malformed, unchecked, type CorpusCase } from './case.ts';
import { external, graph, ints, model, node, tensor, value, withWeight, zeros } from './onnx-builder.ts';

const w = { location: 'w.bin', offset: '0', length: '16' };
const beside = (
  entries: Readonly<Record<string, string>>,
  data: Buffer | { readonly link: string } = Buffer.alloc(16, 1),
) => [{ 'model.onnx': withWeight(external('w', [4], entries)), 'w.bin': data }] as const;
const located = (location: string): CorpusCase =>
  dangerous(
    `onnx: external data at ${JSON.stringify(location)}`,
    ['onnx/external-path'],
    ...beside({ ...w, location }),
  );
const twoExternal = (second: string, data: Buffer) =>
  [
    {
      'model.onnx': model(
        graph({ initializers: [external('w', [4], w), external('v', [4], { ...w, offset: second })] }),
      ),
      'w.bin': data,
    },
  ] as const;
const broken = (name: string, weight: Buffer) =>
  malformed(`onnx: ${name}`, 'unsafe', ['onnx/tensor'], 'model.onnx', withWeight(weight));
const computing = (operator: string, constant: readonly number[], inputs: readonly string[]) =>
  model(graph({ nodes: [node(operator, inputs, ['y'])], initializers: [zeros('w', [4]), ints('c', constant)] }));
const custom = (domain: string, operator: string) =>
  model(graph({ nodes: [node(operator, ['x', 'w'], ['y'], part(7, domain))] }));
const nested = (depth: number): Buffer =>
  depth === 0
    ? graph()
    : graph({
        nodes: [node('If', ['x'], ['y'], part(5, part(1, 'then_branch'), part(6, nested(depth - 1)), int(20, 5)))],
      });
/** A function of the model, and a node that calls it. */
const withFunction = model(
  graph({ nodes: [node('Twice', ['x'], ['y'], part(7, 'local'))] }),
  part(25, part(1, 'Twice'), part(4, 'a'), part(5, 'b'), part(7, node('Add', ['a', 'a'], ['b'])), part(10, 'local')),
);

/** ONNX models, and the files of their weights. */
export const onnxCases: readonly CorpusCase[] = [
  benign('onnx: a sum', 'model.onnx', model()),
  benign('onnx: under another name', 'model.bin', model()),
  benign('onnx: values as a list of floats', 'model.onnx', withWeight(tensor('w', 1, [2], float(4, 1), float(4, 2)))),
  benign('onnx: an empty tensor', 'model.onnx', withWeight(tensor('w', 1, [0]))),
  benign('onnx: four bits per element', 'model.onnx', withWeight(tensor('w', 22, [3], part(9, Buffer.alloc(2))))),
  benign('onnx: text', 'model.onnx', withWeight(tensor('w', 8, [2], part(6, 'a'), part(6, 'b')))),
  benign('onnx: a function of its own', 'model.onnx', withFunction),
  benign('onnx: operators of ai.onnx.ml', 'model.onnx', custom('ai.onnx.ml', 'Scaler')),
  benign('onnx: graphs ten deep', 'model.onnx', model(nested(10))),
  benign('onnx: Tile to a plausible size', 'model.onnx', computing('Tile', [100, 4], ['w', 'c'])),
  benign('onnx: external data', ...beside(w)),
  benign('onnx: external data in a folder', {
    'model.onnx': withWeight(external('w', [4], { location: 'data/w.bin' })),
    'data/w.bin': Buffer.alloc(16, 1),
  }),
  benign('onnx: external data of two tensors with padding', ...twoExternal('4096', Buffer.alloc(4112))),

  unchecked('onnx: the name of one, and other bytes', ['format/mismatch'], 'model.onnx', Buffer.from([1, 2, 3])),
  malformed('onnx: truncated', 'inconclusive', ['protobuf/truncated'], 'model.onnx', model().subarray(0, -1)),
  malformed('onnx: empty message', 'inconclusive', ['onnx/graph'], 'model.onnx', int(1, 8)),
  malformed(
    'onnx: noise',
    'inconclusive',
    ['protobuf/malformed'],
    'model.onnx',
    Buffer.from('08ffffffffffffffffffffff', 'hex'),
  ),
  malformed(
    'onnx: a message that goes beyond its outer one',
    'inconclusive',
    ['protobuf/malformed'],
    'model.onnx',
    Buffer.concat([int(1, 8), part(7, Buffer.from([0x0a, 0x7f]))]),
  ),
  malformed(
    'onnx: two graphs',
    'inconclusive',
    ['protobuf/repeated-field'],
    'model.onnx',
    model(graph(), part(7, graph())),
  ),
  unchecked('onnx: an unknown field', ['protobuf/unknown-field'], 'model.onnx', model(graph(), part(99, 'hidden'))),
  malformed('onnx: graphs 60 deep', 'inconclusive', ['protobuf/limit'], 'model.onnx', model(nested(60))),
  unchecked(
    'onnx: operators of the future',
    ['onnx/version'],
    'model.onnx',
    model(graph(), part(8, part(1, 'ai.onnx.ml'), int(2, 99))),
  ),
  unchecked(
    'onnx: a format of the future',
    ['onnx/version'],
    'model.onnx',
    Buffer.concat([int(1, 99), model().subarray(2)]),
  ),
  unchecked('onnx: a training step', ['onnx/training'], 'model.onnx', model(graph(), part(20, part(1, graph())))),
  malformed(
    'onnx: an output from nowhere',
    'inconclusive',
    ['onnx/graph'],
    'model.onnx',
    model(graph({ outputs: [value('z', [1])] })),
  ),
  malformed(
    'onnx: an input from nowhere',
    'inconclusive',
    ['onnx/graph'],
    'model.onnx',
    model(graph({ initializers: [] })),
  ),
  malformed(
    'onnx: a name given twice',
    'inconclusive',
    ['onnx/graph'],
    'model.onnx',
    model(graph({ nodes: [node('Add', ['x', 'w'], ['y']), node('Mul', ['x', 'w'], ['y'])] })),
  ),

  broken('less data than the shape needs', zeros('w', [4], 15)),
  broken('more data than the shape needs', zeros('w', [4], 17)),
  broken('fewer values than the shape needs', tensor('w', 1, [2], float(4, 1))),
  broken('no data at all', tensor('w', 1, [2])),
  broken('values in two places', tensor('w', 1, [1], float(4, 1), part(9, Buffer.alloc(4)))),
  broken('values in the list of another type', tensor('w', 1, [1], packed(7, [1]))),
  broken('a negative dimension', tensor('w', 1, [-1], part(9, Buffer.alloc(4)))),
  broken('a shape that overflows', tensor('w', 1, [2 ** 40, 2 ** 40], part(9, Buffer.alloc(4)))),
  broken('an unknown type', tensor('w', 77, [1], part(9, Buffer.alloc(4)))),
  broken('a segment', tensor('w', 1, [1], part(3, int(1, 0)), part(9, Buffer.alloc(4)))),
  malformed(
    'onnx: a broken tensor inside a nested graph',
    'unsafe',
    ['onnx/tensor'],
    'model.onnx',
    model(
      graph({ nodes: [node('If', ['x'], ['y'], part(5, part(6, graph({ initializers: [zeros('w', [4], 3)] }))))] }),
    ),
  ),

  dangerous('onnx: Tile bomb', ['onnx/expansion'], 'model.onnx', computing('Tile', [1_000_000, 1_000_000], ['w', 'c'])),
  dangerous('onnx: Expand bomb', ['onnx/expansion'], 'model.onnx', computing('Expand', [2 ** 31, 4], ['w', 'c'])),
  dangerous(
    'onnx: ConstantOfShape bomb',
    ['onnx/expansion'],
    'model.onnx',
    computing('ConstantOfShape', [2 ** 20, 2 ** 20], ['c']),
  ),
  dangerous(
    'onnx: a bomb of concatenations',
    ['onnx/expansion'],
    'model.onnx',
    model(
      graph({
        nodes: Array.from({ length: 40 }, (_, i) =>
          node(
            'Concat',
            Array.from({ length: 2 }, () => (i === 0 ? 'w' : `t${i - 1}`)),
            [i === 39 ? 'y' : `t${i}`],
          ),
        ),
      }),
    ),
  ),
  dangerous('onnx: a Python operator', ['onnx/python-operator'], 'model.onnx', custom('com.microsoft', 'PythonOp')),
  unchecked('onnx: compiled for a device', ['onnx/compiled'], 'model.onnx', custom('com.microsoft', 'EPContext')),
  unchecked('onnx: an operator of a library of its own', ['onnx/custom-operator'], 'model.onnx', custom('evil', 'Run')),

  ...[
    '../w.bin',
    '/etc/passwd',
    'C:\\w.bin',
    '\\\\host\\share\\w',
    'a/../../w.bin',
    'w.bin#../x',
    'file:w.bin',
    'a\\b',
    '',
    'a\0b',
  ].map((location) => located(location)),
  located('*/_ORT_MEM_ADDR_/*'),
  malformed(
    'onnx: external length that is not the size',
    'unsafe',
    ['onnx/external-data'],
    ...beside({ ...w, length: '8' }),
  ),
  malformed(
    'onnx: external offset that is no number',
    'unsafe',
    ['onnx/external-data'],
    ...beside({ ...w, offset: '-16' }),
  ),
  malformed(
    'onnx: an external entry that is not known',
    'unsafe',
    ['onnx/external-data'],
    ...beside({ ...w, command: 'x' }),
  ),
  malformed('onnx: external data behind the end', 'unsafe', ['onnx/external-range'], ...beside({ ...w, offset: '8' })),
  malformed(
    'onnx: external data that is shared',
    'unsafe',
    ['onnx/external-alias'],
    ...twoExternal('8', Buffer.alloc(24)),
  ),
  unchecked('onnx: external data that no tensor uses', ['onnx/external-unused'], ...beside(w, Buffer.alloc(20, 1))),
  unchecked(
    'onnx: external data that is not there',
    ['onnx/external-missing'],
    'model.onnx',
    withWeight(external('w', [4], w)),
  ),
  dangerous('onnx: external data that is a link', ['onnx/external-link'], {
    'model.onnx': withWeight(external('w', [4], w)),
    'w.bin': { link: 'real.bin' },
    'real.bin': Buffer.alloc(16, 1),
  }),
];
