import type { Format } from '../format.ts';
import { loaded } from '../loaded.ts';

/** What Keras 2 writes beside a SavedModel: the configuration of every layer, from which keras.models.load_model builds them again. */
export const kerasMetadata: Format = {
  id: 'keras-metadata',
  title: 'the Keras metadata of a SavedModel',
  extensions: ['pb'],
  detect: ({ name, bytes }) => name === 'keras_metadata.pb' && (bytes[0] ?? 0) === 0x0a,
  inspect: loaded(async () => (await import('./saved-metadata-inspector.ts')).inspectKerasMetadata),
};
