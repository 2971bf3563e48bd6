import type { Format } from '../format.ts';
import { endsLikeTable } from './table-footer.ts';
import { loaded } from '../loaded.ts';

/** The index of the variables of a SavedModel or a checkpoint: which bytes of which data file are whose. */
export const variablesIndex: Format = {
  id: 'tensorflow-index',
  title: 'an index of variables of TensorFlow',
  extensions: ['index'],
  detect: ({ extension, bytes, size }) => extension === 'index' && (bytes.length !== size || endsLikeTable(bytes)),
  inspect: loaded(async () => (await import('./variables-inspector.ts')).inspectVariablesIndex),
};
