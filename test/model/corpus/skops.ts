import { evil } from '../pickle/malicious/sample.ts';
import { benign, dangerous, malformed, suspicious, unchecked, type CorpusCase } from './case.ts';
import { zipFile, type ZipMember } from './zip-writer.ts';

type Node = Readonly<Record<string, unknown>>;

const node = (loader: string, module: string, type: string, more: Node = {}): Node => ({
  __class__: type,
  __module__: module,
  __loader__: loader,
  ...more,
});
const scaler = node('ObjectNode', 'sklearn.preprocessing._data', 'StandardScaler', {
  content: node('DictNode', 'builtins', 'dict', {
    content: { with_mean: node('JsonNode', 'builtins', 'str', { content: 'true', is_json: true }) },
    key_types: node('ListNode', 'builtins', 'list', { content: [node('TypeNode', 'builtins', 'str')] }),
  }),
});
const array = Buffer.concat([
  Buffer.from('\x93NUMPY\x01\0v\0', 'latin1'),
  Buffer.from("{'descr': '<f8', 'fortran_order': False, 'shape': (2,), }".padEnd(117)),
  Buffer.from('\n'),
  Buffer.alloc(16),
]);

function skopsFile(root: Node, more: readonly ZipMember[] = []): Buffer {
  const schema = { ...root, protocol: 2, _skops_version: '0.16.0' };
  return zipFile([...more, { name: 'schema.json', content: JSON.stringify(schema) }]);
}

const file = 'model.skops';
const list = (...content: readonly Node[]): Node => node('ListNode', 'builtins', 'list', { content });

/** skops files. */
export const skopsCases: readonly CorpusCase[] = [
  benign('skops: a scaler', file, skopsFile(scaler)),
  benign(
    'skops: an array',
    file,
    skopsFile(list(node('NdArrayNode', 'numpy', 'ndarray', { type: 'numpy', file: '1.npy' })), [
      { name: '1.npy', content: array },
    ]),
  ),
  benign('skops: a function of NumPy', file, skopsFile(list(node('FunctionNode', 'numpy', 'log1p')))),
  benign(
    'skops: bytes',
    file,
    skopsFile(list(node('BytesNode', 'builtins', 'bytes', { file: '1.bin' })), [{ name: '1.bin', content: 'abc' }]),
  ),
  dangerous(
    'skops: a dangerous function',
    ['skops/dangerous-type'],
    file,
    skopsFile(list(node('FunctionNode', 'os', 'system'))),
  ),
  dangerous(
    'skops: a dangerous type deep inside',
    ['skops/dangerous-type'],
    file,
    skopsFile(list(list(list(scaler, node('ObjectNode', 'subprocess', 'Popen', { content: {} }))))),
  ),
  dangerous(
    'skops: OperatorFuncNode with the name of an estimator (CVE-2025-54412)',
    ['skops/loader'],
    file,
    skopsFile(node('OperatorFuncNode', 'sklearn.linear_model._stochastic_gradient', 'SGDRegressor', { attrs: list() })),
  ),
  suspicious(
    'skops: MethodNode with the name of an estimator (CVE-2025-54413)',
    ['skops/unlisted-type'],
    file,
    skopsFile(
      node('MethodNode', 'sklearn.linear_model._base', 'LinearRegression', {
        content: { func: '__class__', obj: scaler },
      }),
    ),
  ),
  dangerous(
    'skops: a pickle under the extension (CVE-2025-54886)',
    ['format/mismatch', 'pickle/dangerous-call'],
    file,
    evil,
  ),
  dangerous(
    'skops: operator.methodcaller',
    ['skops/dangerous-type'],
    file,
    skopsFile(node('OperatorFuncNode', 'operator', 'methodcaller', { attrs: list() })),
  ),
  dangerous(
    'skops: a dict that is a class',
    ['skops/loader'],
    file,
    skopsFile(node('DictNode', 'sklearn.svm._classes', 'SVC', { content: {} })),
  ),
  dangerous(
    'skops: an object that is a function',
    ['skops/loader'],
    file,
    skopsFile(node('ObjectNode', 'numpy', 'log1p', { content: {} })),
  ),
  dangerous(
    'skops: an evil pickle as an array',
    ['pickle/dangerous-call', 'format/mismatch'],
    file,
    skopsFile(list(node('NdArrayNode', 'numpy', 'ndarray', { type: 'numpy', file: '1.npy' })), [
      { name: '1.npy', content: evil },
    ]),
  ),
  suspicious(
    'skops: a class of a package',
    ['skops/unlisted-type'],
    file,
    skopsFile(node('ObjectNode', 'my_package', 'Model', { content: {} })),
  ),
  malformed(
    'skops: an unknown loader',
    'inconclusive',
    ['skops/schema'],
    file,
    skopsFile(node('SurpriseNode', 'builtins', 'dict', { content: {} })),
  ),
  malformed(
    'skops: a node without a class',
    'inconclusive',
    ['skops/schema'],
    file,
    skopsFile(list({ __loader__: 'ObjectNode' })),
  ),
  malformed(
    'skops: an unknown protocol',
    'inconclusive',
    ['skops/schema'],
    file,
    zipFile([{ name: 'schema.json', content: JSON.stringify({ ...scaler, protocol: 99 }) }]),
  ),
  malformed(
    'skops: an array that is missing',
    'inconclusive',
    ['skops/schema'],
    file,
    skopsFile(list(node('NdArrayNode', 'numpy', 'ndarray', { file: '1.npy' }))),
  ),
  malformed(
    'skops: a member that no node names',
    'inconclusive',
    ['skops/schema'],
    file,
    skopsFile(scaler, [{ name: '1.npy', content: array }]),
  ),
  malformed(
    'skops: a schema with a key twice',
    'inconclusive',
    ['skops/schema'],
    file,
    zipFile([{ name: 'schema.json', content: '{"__class__": "a", "__class__": "b"}' }]),
  ),
  malformed(
    'skops: a schema that is no node',
    'inconclusive',
    ['skops/schema'],
    file,
    zipFile([{ name: 'schema.json', content: '[]' }]),
  ),
];

const manifest = (model: Node): ZipMember => ({
  name: 'MAR-INF/MANIFEST.json',
  content: JSON.stringify({ createdOn: '01/01/2026', runtime: 'python', model, archiverVersion: '0.12.0' }),
});
const weights: ZipMember = { name: 'model.safetensors', content: Buffer.from('\x02\0\0\0\0\0\0\0{}', 'latin1') };

/** Model archives of TorchServe. */
export const marCases: readonly CorpusCase[] = [
  benign(
    'mar: weights and a handler of TorchServe',
    'm.mar',
    zipFile([weights, manifest({ modelName: 'm', serializedFile: 'model.safetensors', handler: 'image_classifier' })]),
  ),
  unchecked(
    'mar: a handler of its own',
    ['format/code'],
    'm.mar',
    zipFile([weights, { name: 'handler.py', content: 'import os\n' }, manifest({ handler: 'handler.py:handle' })]),
  ),
  ...[{ handler: 'notes.txt:handle' }, { handler: 'image_classifier', modelFile: 'notes.txt' }].map((named) =>
    unchecked(
      `mar: code that calls itself a document: ${JSON.stringify(named)}`,
      ['format/code'],
      'm.mar',
      zipFile([
        weights,
        { name: 'notes.txt', content: 'import os\n' },
        manifest({ serializedFile: weights.name, ...named }),
      ]),
    ),
  ),
  unchecked(
    'mar: packages to be installed',
    ['format/code'],
    'm.mar',
    zipFile([
      weights,
      { name: 'r.txt', content: 'somebody\n' },
      manifest({ serializedFile: weights.name, handler: 'image_classifier', requirementsFile: 'r.txt' }),
    ]),
  ),
  dangerous(
    'mar: evil weights',
    ['pickle/dangerous-call'],
    'm.mar',
    zipFile([{ name: 'm.pkl', content: evil }, manifest({ serializedFile: 'm.pkl', handler: 'image_classifier' })]),
  ),
  malformed(
    'mar: a handler outside of the archive',
    'inconclusive',
    ['mar/manifest'],
    'm.mar',
    zipFile([weights, manifest({ handler: '../handler.py' })]),
  ),
  malformed(
    'mar: weights that are missing',
    'inconclusive',
    ['mar/manifest'],
    'm.mar',
    zipFile([manifest({ serializedFile: 'model.pt' })]),
  ),
  malformed(
    'mar: a manifest that is no JSON',
    'inconclusive',
    ['mar/manifest'],
    'm.mar',
    zipFile([weights, { name: 'MAR-INF/MANIFEST.json', content: '{' }]),
  ),
  malformed('mar: without a manifest', 'inconclusive', ['format/mismatch'], 'm.mar', zipFile([weights])),
];
