import type { CorpusCase } from './case.ts';
import { onnxCases } from './onnx.ts';

/** Models that are graphs of operators. */
export const graphCases: readonly CorpusCase[] = [...onnxCases];
