import { setTimeout as delay } from 'node:timers/promises';
import { MlDeployError } from '../errors.ts';
import { isCode } from './fence.ts';

export interface PersistOptions {
  readonly forMs: number;
  readonly everyMs: number;
  /** Told once, when the first try failed. */
  readonly onFailure: (error: MlDeployError) => void;
}

/**
 * Does what must not be given up early, such as restoring traffic: tries again after every error of the cluster until `forMs` are over.
 * Throws the last error; at once `rollout/superseded` (somebody else does it now) and what is a mistake of ours. No signal ends it.
 */
export async function persist<T>(work: () => Promise<T>, options: PersistOptions): Promise<T> {
  const deadline = performance.now() + options.forMs;
  for (let told = false; ; told = true) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof MlDeployError) || isCode(error, 'rollout/superseded')) throw error;
      if (performance.now() + options.everyMs > deadline) throw error;
      if (!told) options.onFailure(error);
    }
    await delay(options.everyMs);
  }
}
