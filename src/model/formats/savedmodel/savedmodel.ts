import type { Format } from '../format.ts';
import { loaded } from '../loaded.ts';

/** The graph of a TensorFlow SavedModel; the folder around it is judged by its layout. */
export const savedModel: Format = {
  id: 'savedmodel',
  title: 'a TensorFlow SavedModel',
  extensions: ['pb'],
  // TensorFlow finds it by its name.
  detect: ({ name, bytes }) => name === 'saved_model.pb' && (bytes[0] === 0x08 || bytes[0] === 0x12),
  inspect: loaded(async () => (await import('./savedmodel-inspector.ts')).inspectSavedModel),
};
