import type { Engine } from './engine.ts';
import { inspect, pidsOf } from './inspect.ts';
import { isOf } from './sightings.ts';

/**
 * Asks for the processes of a container by the numbers that they have on this machine. Null when the engine does not tell, or counts in another process
 * namespace: there they are the numbers of somebody else's processes.
 */
export function ownPids(engine: Engine, name: string): () => Promise<readonly number[] | null> {
  let id: string | null = null;
  return async () => {
    const pids = await pidsOf(engine, name);
    if (pids === null || pids.length === 0) return pids;
    id ??= (await inspect(engine, name))?.id ?? null;
    if (id === null) return null;
    for (const pid of pids) if (await isOf(pid, id)) return pids;
    return null;
  };
}
