import type { Format } from './format.ts';
import { loaded } from './loaded.ts';

const magic = Buffer.from('\x93NUMPY', 'latin1');

/** NumPy arrays: a header in Python's notation, then the elements. */
export const npy: Format = {
  id: 'npy',
  title: 'a NumPy array',
  extensions: ['npy'],
  detect: ({ bytes }) => bytes.subarray(0, magic.length).equals(magic),
  inspect: loaded(async () => (await import('./npy-inspector.ts')).inspectNpy),
};
