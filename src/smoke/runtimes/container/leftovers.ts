import { hasEnded, isOfRun } from '../../../process/owner.ts';
import { lifeLabel, ownerLabel, smokeLabel } from './create-arguments.ts';
import type { Engine } from './engine.ts';
import { inspect, type Inspected } from './inspect.ts';
import { removeContainer } from './remove-container.ts';

/**
 * Removes containers of smoke tests whose process ran on this machine and has certainly ended, or which are older than any test. Containers
 * of tests that may still run are left alone. Returns the names of what was removed.
 */
export async function removeLeftovers(engine: Engine, signal: AbortSignal): Promise<readonly string[]> {
  const now = Date.now();
  return removeWhere(engine, (found) => hasEnded(ownerOf(found)) || isOld(found, now), signal);
}

/** Removes the containers that a run has started. Only for a run that has ended. Returns their names. */
export async function removeContainersOf(engine: Engine, run: string): Promise<readonly string[]> {
  return removeWhere(engine, (found) => isOfRun(ownerOf(found), run));
}

async function removeWhere(
  engine: Engine,
  isDead: (found: Inspected) => boolean,
  signal?: AbortSignal,
): Promise<readonly string[]> {
  const asked = signal === undefined ? {} : { signal };
  const list = await engine.must(['ps', '--all', '--quiet', '--no-trunc', '--filter', `label=${smokeLabel}`], asked);
  const removed: string[] = [];
  for (const id of list.split('\n').filter((line) => line !== '')) {
    const found = await inspect(engine, id);
    // Null: somebody else's clean-up was faster.
    if (found === null || !isDead(found)) continue;
    const ended = await removeContainer(engine, id, asked);
    if (ended.exitCode === 0) removed.push(found.name);
  }
  return removed;
}

function ownerOf({ labels }: Inspected): string {
  return String(labels[ownerLabel]);
}

/** The engine is on this machine, so both times are of one clock. */
function isOld({ created, labels }: Inspected, now: number): boolean {
  const life = Number(labels[lifeLabel] ?? 0);
  return life > 0 && now - Date.parse(created) > life * 1000;
}
