/**
 * Whole cores of a Kubernetes quantity (`500m`, `2`, `1.5`), at least one.
 * @param cpu as in `resources.cpu`
 */
export function wholeCores(cpu: string): number {
  const cores = cpu.endsWith('m') ? Number(cpu.slice(0, -1)) / 1000 : Number(cpu);
  return Number.isFinite(cores) ? Math.max(1, Math.ceil(cores)) : 1;
}
