import type { Format, Head } from './format.ts';
import { loaded } from './loaded.ts';

/** Of files that joblib writes. */
export const joblibExtensions = ['joblib', 'jl'];
const extensions = ['pkl', 'pickle', 'pck', 'pcl', 'dill', 'cloudpickle', 'sav', ...joblibExtensions];

/** Python pickles of all protocols, and joblib files with their arrays. */
export const pickle: Format = {
  id: 'pickle',
  title: 'a pickle',
  extensions,
  detect: (head) => extensions.includes(head.extension) || startsNewer(head) || isOlder(head),
  inspect: loaded(async () => (await import('./pickle-inspector.ts')).inspectPickle),
};

/** Protocols 2 to 5 begin with PROTO. */
function startsNewer({ bytes }: Head): boolean {
  return bytes[0] === 0x80 && (bytes[1] ?? 255) <= 5;
}

/** Protocols 0 and 1 have no signature: what may begin one is tried. */
function isOlder({ bytes, extension }: Head): boolean | Promise<boolean> {
  if (extension === 'json' || !'(c]}idl'.includes(String.fromCharCode(bytes[0] ?? 0))) return false;
  return isWholePickle(bytes);
}

const isWholePickle = loaded(async () => (await import('./pickle-inspector.ts')).isWholePickle);
