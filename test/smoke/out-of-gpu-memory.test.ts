import { expect, test } from 'vitest';
import { demandOwnMemory } from '../../src/smoke/out-of-gpu-memory.ts';
import { used } from './checks/gpu-use.ts';

const beside = { ...used, others: { ...used.others, foreign: [99], computing: [99], heldMiB: 60_000 } };

test.each([
  'torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 2.00 GiB. GPU 0 has a total capacity of 79.6 GiB',
  'torch.cuda.OutOfMemoryError: HIP out of memory',
  'RuntimeError: CUDA error: out of memory',
  'ggml_backend_cuda_buffer_type_alloc_buffer: allocating 800.00 MiB on device 0: cudaMalloc failed: out of memory',
  'RuntimeError: CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`',
  'ValueError: Free memory on device (31.44/47.38 GiB) on startup is less than desired GPU memory utilization (0.95, 45.01 GiB).',
  'ValueError: No available memory for the cache blocks. Try increasing `gpu_memory_utilization`',
  'onnxruntime::BFCArena::AllocateRawInternal(size_t, bool) Failed to allocate memory for requested buffer of size 939524096',
  'ResourceExhaustedError: OOM when allocating tensor with shape[1,2] on /device:GPU:0',
  '[E] [TRT] 1: [defaultAllocator.cpp::allocate::20] Error Code 1: Cuda Runtime (out of memory)',
])('beside others: %s', (line) => {
  expect(() => {
    demandOwnMemory(beside, ['starts', line, 'Traceback']);
  }).toThrow(expect.objectContaining({ code: 'smoke/gpu-busy', kind: 'infrastructure' }) as Error);
  expect(() => {
    demandOwnMemory(used, ['starts', line]);
  }).not.toThrow();
});

test.each([['java.lang.OutOfMemoryError: Java heap space'], ['MemoryError'], ['the model needs 4 GiB of GPU memory']])(
  'no word about the memory of a GPU: %s',
  (line) => {
    expect(() => {
      demandOwnMemory(beside, [line]);
    }).not.toThrow();
  },
);

test('what was in use before the start counts where the driver shows no processes; a display is too small', () => {
  const line = 'torch.OutOfMemoryError: CUDA out of memory.';
  expect(() => {
    demandOwnMemory({ ...used, beforeMiB: 40_000 }, [line]);
  }).toThrow(/while others held/);
  expect(() => {
    demandOwnMemory({ ...used, beforeMiB: 700 }, [line]);
  }).not.toThrow();
});

test('a pod has its GPU for itself, unless it is shared', () => {
  const line = 'torch.OutOfMemoryError: CUDA out of memory.';
  expect(() => {
    demandOwnMemory({ ...used, beforeMiB: 40_000, inPod: { shared: false, cuda: [] } }, [line]);
  }).not.toThrow();
  expect(() => {
    demandOwnMemory({ ...used, beforeMiB: 40_000, inPod: { shared: true, cuda: [] } }, [line]);
  }).toThrow(/while others held/);
});
