import { isHeader } from '../archives/tar/header.ts';
import type { Format } from './format.ts';
import { loaded } from './loaded.ts';

/** Tar archives: folders in one file, `.nemo` models, PyTorch files from before 2017. */
export const tar: Format = {
  id: 'tar',
  title: 'a tar archive',
  extensions: ['tar', 'nemo'],
  detect: ({ bytes }) => isHeader(bytes.subarray(0, 512)),
  inspect: loaded(async () => (await import('./tar-inspector.ts')).inspectTar),
};
