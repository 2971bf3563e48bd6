import type { Format } from './format.ts';
import { hdf5 } from './hdf5/hdf5.ts';
import { kerasMetadata } from './keras/saved-metadata.ts';
import { onnx } from './onnx/onnx.ts';
import { fingerprint } from './savedmodel/fingerprint.ts';
import { frozenGraph } from './savedmodel/frozen.ts';
import { savedModel } from './savedmodel/savedmodel.ts';
import { variablesIndex } from './savedmodel/variables.ts';
import { tflite } from './tflite/tflite.ts';

/** Models that are graphs of operators, or lists of layers. */
export const graphs: readonly Format[] = [
  onnx,
  savedModel,
  fingerprint,
  kerasMetadata,
  frozenGraph,
  variablesIndex,
  tflite,
  hdf5,
];
