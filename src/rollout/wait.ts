import { setTimeout as delay } from 'node:timers/promises';
import { MlDeployError } from '../errors.ts';

/**
 * The error of work that was stopped by SIGINT or SIGTERM.
 */
export function interrupted(message: string): MlDeployError {
  return new MlDeployError({
    code: 'rollout/interrupted',
    kind: 'interrupted',
    message,
    hint: 'Run the command again when you are ready.',
  });
}

/**
 * Waits; an abort ends it at once with `rollout/interrupted`.
 */
export async function sleep(ms: number, signal: AbortSignal): Promise<void> {
  try {
    await delay(ms, undefined, { signal });
  } catch (error) {
    if (signal.aborted) throw interrupted('The rollout was interrupted.');
    throw error;
  }
}

export interface UntilOptions {
  readonly signal: AbortSignal;
  readonly everyMs: number;
  readonly timeoutMs: number;
  /** After each completed look, the one that ends the wait too; renews the lease. */
  readonly beat: () => Promise<void>;
}

/**
 * Looks until `look` returns something; null when the time is over.
 */
export async function until<T>(look: () => Promise<T | null>, options: UntilOptions): Promise<T | null> {
  const deadline = performance.now() + options.timeoutMs;
  for (;;) {
    options.signal.throwIfAborted();
    const found = await look();
    await options.beat();
    if (found !== null) return found;
    if (performance.now() >= deadline) return null;
    await sleep(options.everyMs, options.signal);
  }
}
