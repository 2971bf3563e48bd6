import type { ArchiveKind } from '../archives/kind.ts';

/** A model archive of TorchServe or Multi Model Server: the model, its handler, and a manifest. */
export const mar: ArchiveKind = {
  id: 'mar',
  title: 'a TorchServe model archive',
  extensions: ['mar'],
  matches: (names) => names.has('MAR-INF/MANIFEST.json'),
  open: async (context, members) => (await import('./mar-reader.ts')).readMar(context, members),
};
