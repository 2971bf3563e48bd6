import type { Format } from '../format.ts';
import { loaded } from '../loaded.ts';

/** HDF5: Keras writes whole models into it, and the weights of its newer files. Own code, because libraries load the whole file. */
export const hdf5: Format = {
  id: 'hdf5',
  title: 'an HDF5 file (Keras h5)',
  extensions: ['h5', 'hdf5', 'keras'],
  detect: ({ bytes }) => bytes.toString('latin1', 0, 8) === '\x89HDF\r\n\x1a\n',
  inspect: loaded(async () => (await import('./inspector.ts')).inspectHdf5),
};
