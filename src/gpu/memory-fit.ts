import type { GpuNeeds } from './needs.ts';

/** Whether image and model fit into the memory of a GPU, in words with their arithmetic. */
export interface MemoryFit {
  /** Why they certainly do not. */
  readonly reasons: readonly string[];
  /** Why they may not. */
  readonly warnings: readonly string[];
}

/** Of the files, a server may leave out layers for speculative decoding and copies of tied weights. */
const certainShare = 0.9;

/**
 * Compares what is asked for and what the files tell with one GPU's memory.
 * @param there memory of one GPU, bytes; null: not known
 * @param needs of image and model
 * @param it whose memory it is, in words
 */
export function memoryFit(there: number | null, needs: GpuNeeds, it = 'it has'): MemoryFit {
  if (there === null) return { reasons: [], warnings: [] };
  const { count, memoryBytes, weightsBytes, weightsCertain } = needs;
  const asked =
    memoryBytes !== null && there < memoryBytes
      ? [`${it} ${gib(there)} of memory, resources.gpu.memory asks for ${gib(memoryBytes)}`]
      : [];
  const all = there * count;
  if (weightsBytes === null || all >= weightsBytes) return { reasons: asked, warnings: [] };
  const sum = count === 1 ? gib(there) : `${count} x ${gib(there)} = ${gib(all)}`;
  const what = `the model's files alone take ${gib(weightsBytes)}${noted(needs.weightsNote)}, its memory is ${sum}`;
  return weightsCertain && all < weightsBytes * certainShare
    ? { reasons: [...asked, `${what} (resources.gpu.memory goes before this estimate)`], warnings: [] }
    : { reasons: asked, warnings: [`${what}: it only fits if the server does not load all of them there`] };
}

/** Memory of GPUs is counted in powers of two. */
export function gib(bytes: number): string {
  return `${(bytes / 1024 ** 3).toFixed(1)} GiB`;
}

function noted(note: string): string {
  return note === '' ? '' : ` (${note})`;
}
