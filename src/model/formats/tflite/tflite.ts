import type { Format } from '../format.ts';
import { loaded } from '../loaded.ts';

/** TensorFlow Lite: a FlatBuffer of operators with their weights. */
export const tflite: Format = {
  id: 'tflite',
  title: 'a TensorFlow Lite model',
  extensions: ['tflite', 'lite'],
  detect: ({ bytes }) => bytes.toString('latin1', 4, 8) === 'TFL3',
  inspect: loaded(async () => (await import('./inspector.ts')).inspectTflite),
};
