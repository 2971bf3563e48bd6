import { part, int } from '../protobuf/encoder.ts';
import { benign, dangerous, malformed, unchecked, type CaseContent, type CorpusCase } from './case.ts';
import * as h from './hdf5-builder.ts';
import { savedModel } from './savedmodel-builder.ts';
import { zipFile } from './zip-writer.ts';

const weights = h.hdf5File({ messages: [], children: { kernel: h.floats([2, 2], Buffer.alloc(16, 1)) } });
const config = (...layers: readonly object[]) => ({
  module: 'keras',
  class_name: 'Sequential',
  config: { name: 's', layers },
  registered_name: null,
});
const layer = (class_name: string, more: object = {}, module: string | null = 'keras.layers') => ({
  ...(module === null ? {} : { module }),
  class_name,
  config: { name: 'l', ...more },
  registered_name: null,
});
const input = layer('InputLayer', { batch_shape: [null, 4], dtype: 'float32' });

const archive = (text: string): Buffer =>
  zipFile([
    { name: 'metadata.json', content: Buffer.from('{"keras_version": "3.15.1", "date_saved": "2026-11-23@00:00:00"}') },
    { name: 'config.json', content: Buffer.from(text) },
    { name: 'model.weights.h5', content: weights },
  ]);
/** A model with these layers, as `.keras` and as `.h5`. */
const models = (...layers: readonly object[]): readonly (readonly [name: string, content: CaseContent])[] => {
  const text = JSON.stringify(config(input, ...layers));
  return [
    ['model.keras', archive(text)],
    ['model.h5', h.hdf5File({ messages: [h.text('model_config', text)] })],
  ];
};
type Make = (name: string, file: string, content: CaseContent) => CorpusCase;
const both = (make: Make, name: string, ...layers: readonly object[]): CorpusCase[] =>
  models(...layers).map(([file, content]) => make(`keras: ${name} in ${file.replace('model', '')}`, file, content));
const unsafe =
  (rule: string): Make =>
  (name, file, content) =>
    dangerous(name, [rule], file, content);
const open =
  (rule: string): Make =>
  (name, file, content) =>
    unchecked(name, [rule], file, content);

const lambda = layer('Lambda', {
  function: { class_name: '__lambda__', config: { code: '4wEAAAA=', defaults: null, closure: null } },
});
const metadata = (text: string) => ({
  'saved_model.pb': savedModel(),
  'keras_metadata.pb': part(1, int(2, 1), part(3, 'root.layer'), part(4, '_tf_keras_layer'), part(5, text)),
});

/** Keras models in both of their formats. */
export const kerasCases: readonly CorpusCase[] = [
  ...both(benign, 'dense', layer('Dense', { units: 3, activation: 'relu' })),
  ...both(
    benign,
    'layers in layers',
    layer('TimeDistributed', { layer: layer('Dense') }),
    layer('Bidirectional', { layer: layer('LSTM') }),
  ),
  ...both(benign, 'operations', layer('Matmul', {}, 'keras.src.ops.numpy')),
  ...both(benign, 'a table with its words', layer('StringLookup', { vocabulary: ['a', 'b'] })),
  ...both(benign, 'names of Keras 2', layer('BatchNormalizationV1', {}, null)),
  ...both(benign, 'an operator of TensorFlow by name', layer('TFOpLambda', { function: 'math.add' }, null)),
  ...both(unsafe('keras/lambda'), 'Lambda', lambda),
  ...both(unsafe('keras/lambda'), 'Lambda inside a wrapper', layer('TimeDistributed', { layer: lambda })),
  ...both(unsafe('keras/lambda'), 'Lambda inside a model', { ...config(layer('Bidirectional', { layer: lambda })) }),
  ...both(
    unsafe('keras/lambda'),
    'bytecode as an activation',
    layer('Dense', { activation: { class_name: '__lambda__', config: {} } }),
  ),
  ...both(unsafe('keras/loader'), 'TFSMLayer', layer('TFSMLayer', { path: 'x' })),
  ...both(unsafe('keras/loader'), 'TorchModuleWrapper', layer('TorchModuleWrapper', { module: 'x' })),
  ...both(unsafe('keras/module'), 'os.system', layer('system', {}, 'os')),
  ...both(unsafe('keras/module'), 'exec as a function', {
    module: 'builtins',
    class_name: 'function',
    config: 'exec',
    registered_name: 'exec',
  }),
  ...both(unsafe('keras/module'), 'get_file', { module: 'keras.utils', class_name: 'function', config: 'get_file' }),
  ...both(unsafe('keras/module'), 'the settings of Keras', {
    module: 'keras.config',
    class_name: 'function',
    config: 'enable_unsafe_deserialization',
  }),
  ...both(
    unsafe('keras/module'),
    'files by an operator of TensorFlow',
    layer('TFOpLambda', { function: 'io.write_file' }, null),
  ),
  ...both(unsafe('keras/path'), 'a table from a file', layer('StringLookup', { vocabulary: '/etc/passwd' })),
  ...both(unsafe('keras/safe-mode'), 'no safe mode', { ...layer('Dense'), safe_mode: false }),
  ...both(open('keras/custom-object'), 'a layer of another package', layer('Ratio', {}, 'my_package.layers')),
  ...both(open('keras/custom-object'), 'a registered layer', { class_name: 'Custom>Ratio', config: {} }),
  ...both(
    open('keras/custom-object'),
    'a function of one',
    layer('Dense', { activation: { module: 'builtins', class_name: 'function', config: 'mine' } }),
  ),
  ...both(open('keras/custom-object'), 'a JaxLayer', layer('JaxLayer', { call_fn: {} })),
  malformed('keras: a key twice', 'inconclusive', ['keras/config'], 'model.keras', archive('{"a": 1, "a": 2}')),
  malformed('keras: no JSON', 'inconclusive', ['keras/config'], 'model.keras', archive('{')),
  benign('keras: metadata of a SavedModel', metadata(JSON.stringify(config(layer('Dense'))))),
  dangerous(
    'keras: Lambda in the metadata of a SavedModel',
    ['keras/lambda'],
    metadata(JSON.stringify(config(lambda))),
  ),
];
