import type { CorpusCase } from './case.ts';
import { onnxCases } from './onnx.ts';
import { savedmodelCases } from './savedmodel.ts';
import { tfliteCases } from './tflite.ts';

/** Models that are graphs of operators. */
export const graphCases: readonly CorpusCase[] = [...onnxCases, ...savedmodelCases, ...tfliteCases];
