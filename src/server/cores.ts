/**
 * Whole cores of a Kubernetes quantity (`500m`, `2`, `1.5`), at least one.
 * @param cpu as in `resources.cpu`
 */
export function wholeCores(cpu: string): number {
  return threadsPerWorker(cpu, 1);
}

/**
 * Threads that each of several processes may use, at least one: together about as many as there are cores.
 * @param cpu as in `resources.cpu`
 * @param workers processes that share it
 */
export function threadsPerWorker(cpu: string, workers: number): number {
  const cores = cpu.endsWith('m') ? Number(cpu.slice(0, -1)) / 1000 : Number(cpu);
  const threads = Math.ceil(cores / workers);
  return Number.isFinite(threads) ? Math.max(1, threads) : 1;
}
