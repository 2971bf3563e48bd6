import type { Format } from '../format.ts';
import { loaded } from '../loaded.ts';

/** The first pickle of such a file: a number as LONG1. */
const magic = Buffer.from('8002 8a0a 6cfc 9c46 f920 6aa8 5019 2e'.replaceAll(' ', ''), 'hex');

/** What `torch.save` wrote before 1.6: five pickles, then the storages one behind the other. */
export const torchLegacy: Format = {
  id: 'torch-legacy',
  title: 'a PyTorch file of the format before 1.6',
  extensions: ['pt', 'pth', 'ckpt'],
  detect: ({ bytes }) => bytes.subarray(0, magic.length).equals(magic),
  inspect: loaded(async () => (await import('./legacy-inspector.ts')).inspectTorchLegacy),
};
