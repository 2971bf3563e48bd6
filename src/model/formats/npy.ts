import type { Format } from './format.ts';

const magic = Buffer.from('\x93NUMPY', 'latin1');

/** NumPy arrays: a header in Python's notation, then the elements. */
export const npy: Format = {
  id: 'npy',
  title: 'a NumPy array',
  extensions: ['npy'],
  detect: ({ bytes }) => bytes.subarray(0, magic.length).equals(magic),
  inspect: async (context) => (await import('./npy-inspector.ts')).inspectNpy(context),
};
