import type { ArchiveKind } from '../archives/kind.ts';

/** skops: a model as a tree of named types in `schema.json`, its arrays beside it. */
export const skops: ArchiveKind = {
  id: 'skops',
  title: 'a skops file',
  extensions: ['skops'],
  matches: (names) => names.has('schema.json'),
  open: async (context, members) => new (await import('./skops-reader.ts')).SkopsReader(context, members),
};
