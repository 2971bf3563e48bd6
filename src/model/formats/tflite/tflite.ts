import type { Format } from '../format.ts';

/** TensorFlow Lite: a FlatBuffer of operators with their weights. */
export const tflite: Format = {
  id: 'tflite',
  title: 'a TensorFlow Lite model',
  extensions: ['tflite', 'lite'],
  detect: ({ bytes }) => bytes.toString('latin1', 4, 8) === 'TFL3',
  inspect: async (context) => (await import('./inspector.ts')).inspectTflite(context),
};
