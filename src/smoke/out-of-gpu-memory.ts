import { MlDeployError } from '../errors.ts';
import type { GpuUse } from '../gpu/use.ts';
import { gib } from '../gpu/memory-fit.ts';
import { cut } from '../cut.ts';

/** What frameworks print when a GPU has no memory left for them. */
const signs: readonly RegExp[] = [
  // PyTorch, and CUDA itself, which llama.cpp and TensorRT repeat.
  /CUDA out of memory|CUDA error: out of memory|cudaErrorMemoryAllocation|CUDA_ERROR_OUT_OF_MEMORY|cudaMalloc failed|Cuda Runtime \(out of memory\)/i,
  /\b(?:torch|cuda)\S*OutOfMemoryError/i,
  /CU(?:BLAS|DNN)_STATUS_ALLOC_FAILED/,
  // vLLM, before it loads anything and after it has.
  /less than desired GPU memory utilization|No available memory for the cache blocks/,
  // ONNX Runtime, TensorFlow.
  /BFCArena.*(?:Failed to allocate memory|is smaller than requested)/,
  /OOM when allocating tensor/,
];

/** Others that hold less than this share of the memory are hardly why there was too little. */
const leastShare = 0.05;

const mib = 2 ** 20;

/**
 * A server that ran out of memory of a GPU on which others have memory would perhaps have had enough without them: that is no verdict.
 * @param use of its GPUs
 * @param use.others programs there
 * @param use.beforeMiB memory in use before the start
 * @param use.totalMiB memory of all of them
 * @param use.inPod null: on this machine
 * @param log what it printed last
 * @throws MlDeployError `smoke/gpu-busy`, when both is so
 */
export function demandOwnMemory({ others, beforeMiB, totalMiB, inPod }: GpuUse, log: readonly string[]): void {
  // A pod has its GPU for itself, and what was in use at the first look may be its own.
  if (inPod?.shared === false) return;
  const line = log.findLast((each) => signs.some((sign) => sign.test(each)));
  const held = Math.max(others.heldMiB ?? 0, beforeMiB ?? 0);
  if (line === undefined || totalMiB === null || held < leastShare * totalMiB) return;
  const pids = others.foreign.slice(0, 5);
  const who = pids.length === 0 ? 'others' : `others (process ${pids.join(', ')})`;
  throw new MlDeployError({
    code: 'smoke/gpu-busy',
    kind: 'infrastructure',
    message: `The server ran out of memory of the GPU while ${who} held ${gib(held * mib)} of ${gib(totalMiB * mib)} there: ${cut(line.trim(), 300)}`,
    hint: 'Nothing is known against the model. Stop these programs, or say in resources.gpu.memory how much memory the model needs: then the test waits until that is free.',
  });
}
