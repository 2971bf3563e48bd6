import type { Format } from './format.ts';
import { onnx } from './onnx/onnx.ts';

/** Models that are graphs of operators, or lists of layers. */
export const graphs: readonly Format[] = [onnx];
