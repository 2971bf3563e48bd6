import type { Ended } from '../../../process/run.ts';
import type { AskOptions, Engine } from './engine.ts';

/**
 * Removes a container (name or id) with its anonymous volumes, whether it runs or not. Returns how the engine's command ended: its exit
 * code is the caller's to judge. Throws what `Engine.ask` throws.
 */
export async function removeContainer(engine: Engine, container: string, options: AskOptions): Promise<Ended> {
  // Podman's rm gives a program 10 s to end, within which we may give up: the container would be gone, and its program would go on.
  if (engine.name === 'podman') await engine.ask(['kill', '--signal', 'KILL', container], options);
  return engine.ask(['rm', '--force', '--volumes', container], options);
}
