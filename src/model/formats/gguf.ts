import type { Format } from './format.ts';
import { loaded } from './loaded.ts';

/** GGUF, the format of llama.cpp: metadata, a table of tensors, and their data, each at a multiple of the alignment. */
export const gguf: Format = {
  id: 'gguf',
  title: 'a GGUF model',
  extensions: ['gguf'],
  detect: ({ bytes }) => bytes.toString('latin1', 0, 4) === 'GGUF',
  inspect: loaded(async () => (await import('./gguf-inspector.ts')).inspectGguf),
};
