import { int, part } from '../protobuf/encoder.ts';
import { benign, dangerous, malformed, unchecked, type CorpusCase } from './case.ts';
import * as b from './savedmodel-builder.ts';

const file = 'model/saved_model.pb';
const alone = (parts: b.ModelParts) => [{ [file]: b.savedModel(parts) }] as const;
const inMain = (operator: string): CorpusCase =>
  dangerous(`savedmodel: ${operator}`, ['savedmodel/operator'], ...alone({ nodes: [b.node(operator, 'bad', ['x'])] }));
const reading = (...nodes: readonly Buffer[]) =>
  alone({ nodes: [...nodes, b.text('names', 'w'), b.node('RestoreV2', 'bad', ['path', 'names', 'names'])] });
const printing = (stream: string) =>
  alone({ nodes: [b.node('PrintV2', 'print', ['x'], b.attribute('output_stream', part(2, stream)))] });
const variables = (index: Buffer, data: Buffer | null = Buffer.alloc(16, 1)) =>
  [
    {
      [file]: b.savedModel({ nodes: [b.node('VarHandleOp', 'w')] }),
      'model/variables/variables.index': index,
      ...(data === null ? {} : { 'model/variables/variables.data-00000-of-00001': data }),
    },
  ] as const;
const asset = (name: string) => part(6, part(1, part(1, 'asset_path:0')), part(2, name));
const withTable = (name: string, path: Buffer) =>
  [
    {
      [file]: b.savedModel({
        nodes: [
          path,
          b.node('InitializeTableFromTextFileV2', 'init', ['table', 'asset_path']),
          b.node('HashTableV2', 'table'),
        ],
        more: [asset(name)],
      }),
      'model/assets/vocab.txt': 'a\nb\n',
    },
  ] as const;
const placeholder = b.node('Placeholder', 'asset_path');

/** SavedModels of TensorFlow and their variables. */
export const savedmodelCases: readonly CorpusCase[] = [
  benign('savedmodel: relu', ...alone({})),
  benign(
    'savedmodel: saved and restored by functions',
    ...alone({
      nodes: [
        b.node('ReadVariableOp', 'value', ['w']),
        b.call('save', 'traced_save', ['saver_filename', 'value']),
        b.call('restore', 'traced_restore', ['saver_filename']),
      ],
      functions: b.saverFunctions,
    }),
  ),
  benign('savedmodel: prints to standard error', ...printing('stderr')),
  benign('savedmodel: a constant', ...alone({ nodes: [b.constant('c', [2, 2], 16)] })),
  benign('savedmodel: a constant of one value', ...alone({ nodes: [b.constant('c', [100, 100], 0)] })),
  benign('savedmodel: variables', ...variables(b.index(b.variable('w', 4, 0)))),
  benign('savedmodel: a table from an asset', ...withTable('vocab.txt', placeholder)),
  benign('savedmodel: a fingerprint', {
    [file]: b.savedModel(),
    'model/fingerprint.pb': Buffer.concat([int(1, 5), int(2, 6)]),
  }),

  ...[
    'PyFunc',
    'EagerPyFunc',
    'ReadFile',
    'WriteFile',
    'TextLineDataset',
    'RpcCall',
    'Abort',
    'DatasetFromGraph',
    'ImmutableConst',
  ].map(inMain),
  dangerous(
    'savedmodel: WriteFile in the function library',
    ['savedmodel/operator'],
    ...alone({ functions: [b.body('f', ['a'], [b.node('WriteFile', 'w', ['a', 'a'])])] }),
  ),
  dangerous('savedmodel: prints to a file', ['savedmodel/operator'], ...printing('file:///etc/cron.d/x')),
  dangerous(
    'savedmodel: a descriptor from a file',
    ['savedmodel/operator'],
    ...alone({ nodes: [b.node('DecodeProtoV2', 'd', ['x'], b.attribute('descriptor_source', part(2, '/tmp/x')))] }),
  ),
  unchecked(
    'savedmodel: an operator of a library',
    ['savedmodel/unlisted-operator'],
    ...alone({ nodes: [b.node('MyOp', 'm')] }),
  ),
  unchecked(
    'savedmodel: compiled StableHLO',
    ['savedmodel/unlisted-operator'],
    ...alone({ nodes: [b.node('XlaCallModule', 'm')] }),
  ),

  dangerous('savedmodel: restores a literal path', ['savedmodel/path'], ...reading(b.text('path', '/etc/passwd'))),
  dangerous(
    'savedmodel: restores a path that a client gives',
    ['savedmodel/path'],
    ...reading(b.node('Identity', 'path', ['x'])),
  ),
  dangerous(
    'savedmodel: a literal that is joined to nothing',
    ['savedmodel/path'],
    ...reading(b.text('a', '/etc'), b.text('c', '/passwd'), b.node('StringJoin', 'path', ['a', 'c'])),
  ),
  dangerous(
    'savedmodel: a suffix that leads elsewhere',
    ['savedmodel/path'],
    ...reading(b.text('c', '/../../../etc/passwd'), b.node('StringJoin', 'path', ['saver_filename', 'c'])),
  ),
  dangerous(
    'savedmodel: a saver function that is called with a literal',
    ['savedmodel/path'],
    ...alone({ nodes: [b.text('p', '/etc/x'), b.call('c', 'traced_restore', ['p'])], functions: b.saverFunctions }),
  ),
  dangerous(
    'savedmodel: a saver function behind two others',
    ['savedmodel/path'],
    ...alone({
      nodes: [b.call('c', 'outer', ['x'])],
      functions: [
        b.body('outer', ['a'], [b.call('c', 'inner', ['a'])]),
        b.body('inner', ['a'], [b.call('c', 'traced_restore', ['a'])]),
        ...b.saverFunctions,
      ],
    }),
  ),
  dangerous(
    'savedmodel: a saver function behind a hundred others',
    ['savedmodel/path'],
    ...alone({
      nodes: [b.call('c', 'f100', ['x'])],
      functions: [
        ...b.saverFunctions,
        ...Array.from({ length: 100 }, (_, at) =>
          b.body(`f${100 - at}`, ['a'], [b.call('c', at === 99 ? 'traced_restore' : `f${99 - at}`, ['a'])]),
        ),
      ],
    }),
  ),
  dangerous(
    'savedmodel: a saver function in a loop',
    ['savedmodel/path'],
    ...alone({ nodes: [b.call('c', 'traced_restore', ['saver_filename'], 'While')], functions: b.saverFunctions }),
  ),
  dangerous('savedmodel: a table from a literal path', ['savedmodel/path'], {
    [file]: b.savedModel({
      nodes: [b.text('p', '/etc/passwd'), b.node('InitializeTableFromTextFileV2', 'init', ['x', 'p'])],
    }),
  }),
  dangerous(
    'savedmodel: an asset outside of the folder',
    ['savedmodel/asset'],
    ...withTable('../../secret', placeholder),
  ),
  unchecked('savedmodel: an asset that is not there', ['savedmodel/missing'], ...withTable('other.txt', placeholder)),
  dangerous(
    'savedmodel: a constant that fills the memory',
    ['savedmodel/constant'],
    ...alone({ nodes: [b.constant('c', [2 ** 20, 2 ** 20], 0)] }),
  ),
  malformed(
    'savedmodel: a constant of another size',
    'unsafe',
    ['savedmodel/constant'],
    ...alone({ nodes: [b.constant('c', [2, 2], 12)] }),
  ),
  dangerous(
    'savedmodel: a signature whose input is the path of the saver',
    ['savedmodel/path'],
    ...alone({
      more: [part(5, part(1, 'leak'), part(2, part(1, part(1, 'p'), part(2, part(1, 'saver_filename:0'), int(2, 7)))))],
    }),
  ),
  benign('savedmodel: a graph alone', 'frozen.pb', part(1, b.node('Placeholder', 'x'))),
  dangerous(
    'savedmodel: ReadFile in a graph alone',
    ['savedmodel/operator'],
    'frozen.pb',
    part(1, b.node('ReadFile', 'x')),
  ),
  malformed('savedmodel: truncated', 'inconclusive', ['protobuf/truncated'], {
    [file]: b.savedModel().subarray(0, -1),
  }),
  unchecked('savedmodel: another graph', ['format/unsupported'], 'frozen.pb', b.savedModel()),

  unchecked('savedmodel: no variables', ['savedmodel/missing'], ...alone({ nodes: [b.node('VarHandleOp', 'w')] })),
  unchecked(
    'savedmodel: no data of the variables',
    ['savedmodel/missing'],
    ...variables(b.index(b.variable('w', 4, 0)), null),
  ),
  malformed(
    'savedmodel: a variable of another size',
    'unsafe',
    ['savedmodel/index'],
    ...variables(b.index(b.variable('w', 4, 0, 12))),
  ),
  malformed(
    'savedmodel: variables that share bytes',
    'unsafe',
    ['savedmodel/data'],
    ...variables(b.index(b.variable('v', 2, 4), b.variable('w', 4, 0))),
  ),
  malformed(
    'savedmodel: a variable behind the end',
    'unsafe',
    ['savedmodel/data'],
    ...variables(b.index(b.variable('w', 4, 8))),
  ),
  unchecked(
    'savedmodel: bytes that are no variable',
    ['savedmodel/unused'],
    ...variables(b.index(b.variable('w', 3, 0))),
  ),
  malformed(
    'savedmodel: an index with a wrong checksum',
    'unsafe',
    ['savedmodel/index'],
    ...variables(b.index(b.variable('w', 4, 0)).map((byte, at) => (at === 20 ? byte ^ 1 : byte)) as Buffer),
  ),
  malformed(
    'savedmodel: an index with bytes between its blocks',
    'unsafe',
    ['savedmodel/index'],
    ...variables(b.table([['', int(1, 1)], b.variable('w', 4, 0)], Buffer.from('hidden'))),
  ),
  malformed(
    'savedmodel: an index with keys in no order',
    'unsafe',
    ['savedmodel/index'],
    ...variables(b.index(b.variable('w', 2, 0), b.variable('a', 2, 8))),
  ),
];
