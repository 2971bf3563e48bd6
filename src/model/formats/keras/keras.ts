import type { ArchiveKind } from '../../archives/kind.ts';

/** A model of Keras 3: its configuration in JSON, its weights in HDF5. */
export const keras: ArchiveKind = {
  id: 'keras',
  title: 'a Keras model',
  extensions: ['keras'],
  matches: (names) => names.has('config.json') && names.has('metadata.json'),
  open: async (context) => (await import('./reader.ts')).readKeras(context),
};
