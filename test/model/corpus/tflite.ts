import { benign, dangerous, malformed, unchecked, type CorpusCase } from './case.ts';
import { byte, flatBuffer, int, long, type Flat, type FlatTable } from './flatbuffer-builder.ts';

interface Parts {
  readonly version?: number;
  readonly codes?: readonly FlatTable[];
  readonly buffers?: readonly FlatTable[];
  readonly tensors?: readonly FlatTable[];
  readonly operators?: readonly FlatTable[];
  readonly inputs?: readonly number[];
  readonly more?: FlatTable;
}

const tensor = (name: string, shape: readonly number[], buffer: number, type = 0): FlatTable => ({
  0: { integers: shape },
  1: byte(type),
  2: int(buffer),
  3: { text: name },
});
const add: FlatTable = { 0: byte(0), 3: int(0) };
const custom = (name: string): FlatTable => ({ 0: byte(32), 1: { text: name }, 3: int(32) });
const run = (code: number, inputs: readonly number[], outputs: readonly number[]): FlatTable => ({
  0: int(code),
  1: { integers: inputs },
  2: { integers: outputs },
});
const data = (bytes: number): FlatTable => ({ 0: { bytes: Buffer.alloc(bytes, 1) } });

/** A model: `y = x + w` with a weight of four floats. */
function lite({
  version = 3,
  codes = [add],
  buffers = [{}, data(16)],
  tensors = [tensor('x', [1, 4], 0), tensor('w', [4], 1), tensor('y', [1, 4], 0)],
  operators = [run(0, [0, 1], [2])],
  inputs = [0],
  more = {},
}: Parts = {}): Buffer {
  const graph: Record<number, Flat> = {
    0: { tables: tensors },
    1: { integers: inputs },
    2: { integers: [2] },
    3: { tables: operators },
    4: { text: 'main' },
  };
  return flatBuffer('TFL3', {
    0: int(version),
    1: { tables: codes },
    2: { tables: [graph] },
    3: { text: 'corpus' },
    4: { tables: buffers },
    ...more,
  });
}

const weight = (table: FlatTable): Parts => ({ tensors: [tensor('x', [1, 4], 0), table, tensor('y', [1, 4], 0)] });
const broken = (name: string, rule: string, parts: Parts): CorpusCase =>
  malformed(`tflite: ${name}`, 'unsafe', [rule], 'model.tflite', lite(parts));
/** The same with the number at a place changed. */
const patched = (at: number, value: number): Buffer => {
  const bytes = lite();
  bytes.writeUInt32LE(value, at);
  return bytes;
};
const behind = lite({ buffers: [{}, { 1: long(1024), 2: long(16) }] });

/** Models of TensorFlow Lite. */
export const tfliteCases: readonly CorpusCase[] = [
  benign('tflite: a sum', 'model.tflite', lite()),
  benign('tflite: under another name', 'model.bin', lite()),
  benign(
    'tflite: weights behind the FlatBuffer',
    'model.tflite',
    Buffer.concat([behind, Buffer.alloc(1040 - behind.length)]),
  ),
  benign(
    'tflite: four bits per element',
    'model.tflite',
    lite({ ...weight(tensor('w', [3], 1, 17)), buffers: [{}, data(2)] }),
  ),
  benign(
    'tflite: an operator of the runtime',
    'model.tflite',
    lite({ codes: [custom('TFLite_Detection_PostProcess')] }),
  ),
  unchecked('tflite: a custom operator', ['tflite/custom-operator'], 'model.tflite', lite({ codes: [custom('Mine')] })),
  unchecked(
    'tflite: an operator of TensorFlow',
    ['tflite/tensorflow-operator'],
    'model.tflite',
    lite({ codes: [custom('FlexErf')] }),
  ),
  dangerous(
    'tflite: WriteFile of TensorFlow',
    ['tflite/flex-operator'],
    'model.tflite',
    lite({ codes: [custom('FlexWriteFile')] }),
  ),
  unchecked('tflite: a version of the future', ['tflite/version'], 'model.tflite', lite({ version: 4 })),
  unchecked(
    'tflite: an archive behind it',
    ['tflite/unused'],
    'model.tflite',
    Buffer.concat([lite(), Buffer.alloc(2000, 'PK')]),
  ),
  broken('a weight that is too small', 'tflite/tensor', { buffers: [{}, data(12)] }),
  broken('a weight that is too large', 'tflite/tensor', { buffers: [{}, data(20)] }),
  broken('an unknown type', 'tflite/tensor', weight(tensor('w', [4], 1, 99))),
  broken('a shape that overflows', 'tflite/tensor', weight(tensor('w', [2 ** 30, 2 ** 30], 1))),
  broken('a negative shape', 'tflite/tensor', weight(tensor('w', [-4], 1))),
  broken('a buffer that is not there', 'tflite/reference', weight(tensor('w', [4], 7))),
  broken('an operator with a tensor that is not there', 'tflite/reference', { operators: [run(0, [0, 99], [2])] }),
  broken('an operator without a code', 'tflite/reference', { operators: [run(5, [0, 1], [2])] }),
  broken('an input that is not there', 'tflite/reference', { inputs: [-1] }),
  broken('metadata that is not there', 'tflite/reference', {
    more: { 6: { tables: [{ 0: { text: 'm' }, 1: int(9) }] } },
  }),
  broken('a buffer behind the end', 'tflite/structure', { buffers: [{}, { 1: long(1e9), 2: long(16) }] }),
  malformed('tflite: a root outside', 'unsafe', ['tflite/structure'], 'model.tflite', patched(0, 0x7fffffff)),
  malformed('tflite: truncated', 'unsafe', ['tflite/structure'], 'model.tflite', lite().subarray(0, -8)),
  malformed(
    'tflite: a list of 4 billion',
    'unsafe',
    ['tflite/structure'],
    'model.tflite',
    patched(lite().indexOf('corpus') - 4, 0xffffffff),
  ),
];
