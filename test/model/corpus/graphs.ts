import type { CorpusCase } from './case.ts';
import { hdf5Cases } from './hdf5.ts';
import { kerasCases } from './keras.ts';
import { onnxCases } from './onnx.ts';
import { savedmodelCases } from './savedmodel.ts';
import { tfliteCases } from './tflite.ts';

/** Models that are graphs of operators. */
export const graphCases: readonly CorpusCase[] = [
  ...onnxCases,
  ...savedmodelCases,
  ...tfliteCases,
  ...kerasCases,
  ...hdf5Cases,
];
