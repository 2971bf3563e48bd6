import type { Format } from '../format.ts';
import { loaded } from '../loaded.ts';

/** A graph of TensorFlow alone, with its weights as constants: a "frozen" graph. */
export const frozenGraph: Format = {
  id: 'tensorflow-graph',
  title: 'a graph of TensorFlow',
  extensions: ['pb'],
  // The first field are the nodes; nothing else tells it from other files with this extension.
  detect: ({ extension, bytes }) => extension === 'pb' && bytes[0] === 0x0a,
  inspect: loaded(async () => (await import('./frozen-inspector.ts')).inspectFrozenGraph),
};
