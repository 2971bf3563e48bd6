import { MlDeployError } from '../errors.ts';

export type DeviceWish = 'require-gpu' | 'prefer-gpu' | 'cpu';

export interface DeviceChoice {
  readonly device: 'cpu' | 'gpu';
  /** What was asked, looked for, found and decided: one sentence. */
  readonly note: string;
}

/**
 * Decides between GPU and CPU. `found` is the number of GPUs, null when it was not allowed to look; `looked` says where, `fix` what to
 * do about none. Throws `smoke/no-gpu` when a GPU is required and none was found; when nobody could look, a required GPU is asked for and the scheduler answers.
 */
export function chooseDevice(
  wish: DeviceWish,
  found: number | null,
  looked: string,
  fix: string | null = null,
): DeviceChoice {
  if (wish === 'cpu') return { device: 'cpu', note: 'The configuration asks for the CPU.' };
  if (found !== null && found > 0) return { device: 'gpu', note: `A GPU was asked for and found (${looked}).` };
  if (wish === 'prefer-gpu') {
    const none =
      found === null ? 'A GPU was preferred, and nobody could look for one' : 'A GPU was preferred but none was found';
    const way = found === null ? ' With {require: gpu} the scheduler decides.' : '';
    return { device: 'cpu', note: `${none} (${looked}): tested on the CPU.${way}` };
  }
  if (found === null) return { device: 'gpu', note: `A GPU is required; ${looked}, so the scheduler decides.` };
  throw new MlDeployError({
    code: 'smoke/no-gpu',
    kind: 'infrastructure',
    message: `smoke.device requires a GPU and none was found. Looked at: ${looked}.`,
    hint: `${fix ?? 'Run where a GPU is (driver and device plugin installed)'}, or set smoke.device to {prefer: gpu} or cpu.`,
  });
}

/**
 * There are GPUs, but none will do. Throws `smoke/gpu-unsuitable` when one is required; else it is the CPU, and the note says why.
 * @param wish of the configuration; not `cpu`
 * @param where such as `this machine`
 * @param why of every GPU, with its arithmetic
 */
export function withoutFittingGpu(wish: DeviceWish, where: string, why: string): DeviceChoice {
  if (wish !== 'require-gpu') {
    return { device: 'cpu', note: `A GPU was preferred but none of ${where} will do (${why}): tested on the CPU.` };
  }
  throw new MlDeployError({
    code: 'smoke/gpu-unsuitable',
    kind: 'infrastructure',
    message: `smoke.device requires a GPU, and those of ${where} will not do. ${why}.`,
    hint: 'Run where a fitting GPU is, or change resources.gpu, or set smoke.device to {prefer: gpu} or cpu.',
  });
}

/**
 * There is a GPU, but this test cannot have it. Where one is only preferred it is the CPU, and the note says why; else throws `error`.
 * @param wish of the configuration
 * @param error what keeps the test from the GPU: `smoke/no-toolkit` or `smoke/gpu-busy`; any other is thrown
 */
export function cpuInstead(wish: DeviceWish, error: unknown): DeviceChoice {
  const known = error instanceof MlDeployError && ['smoke/no-toolkit', 'smoke/gpu-busy'].includes(error.code);
  if (wish !== 'prefer-gpu' || !known) throw error;
  const why = error.message.replace(/\.$/, '');
  return { device: 'cpu', note: `A GPU was preferred but cannot be used (${why}): tested on the CPU.` };
}
