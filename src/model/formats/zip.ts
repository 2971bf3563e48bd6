import { kinds } from '../archives/kinds.ts';
import type { Format, Head } from './format.ts';
import { loaded } from './loaded.ts';

const ownExtensions = ['zip'];

/** Zip archives, and all the model formats that are zip archives. */
export const zip: Format = {
  id: 'zip',
  title: 'a zip archive',
  extensions: [...ownExtensions, ...kinds.flatMap(({ extensions }) => extensions)],
  detect: (head) => startsZip(head.bytes) || hasPrefix(head),
  inspect: loaded(async () => (await import('./zip-inspector.ts')).inspectZip),
};

function startsZip(bytes: Buffer): boolean {
  return ['PK\x03\x04', 'PK\x05\x06'].includes(bytes.toString('latin1', 0, 4));
}

/** Readers look for the end of the archive, so it may have anything in front. */
function hasPrefix({ bytes, extension }: Head): boolean {
  return zip.extensions.includes(extension) && bytes.includes('PK\x03\x04', 0, 'latin1');
}
