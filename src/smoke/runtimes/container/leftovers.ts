import { hasEnded } from '../owner.ts';
import { ownerLabel, smokeLabel } from './create-arguments.ts';
import type { Engine } from './engine.ts';
import { inspect } from './inspect.ts';

/**
 * Removes containers of smoke tests whose engine ran on this host and has certainly ended. Containers of tests that may still run are
 * left alone. Returns the names of what was removed.
 */
export async function removeLeftovers(engine: Engine, host: string, signal: AbortSignal): Promise<readonly string[]> {
  const list = await engine.must(['ps', '--all', '--quiet', '--no-trunc', '--filter', `label=${smokeLabel}`], {
    signal,
  });
  const removed: string[] = [];
  for (const id of list.split('\n').filter((line) => line !== '')) {
    const found = await inspect(engine, id);
    // Null: somebody else's clean-up was faster.
    if (found === null || !hasEnded(String(found.labels[ownerLabel]), host)) continue;
    const ended = await engine.ask(['rm', '--force', '--volumes', id], { signal });
    if (ended.exitCode === 0) removed.push(found.name);
  }
  return removed;
}
