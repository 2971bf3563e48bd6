import { hasEnded } from '../owner.ts';
import { ownerLabel, smokeLabel } from './create-arguments.ts';
import type { Engine } from './engine.ts';

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
    const format = `{{.Name}} {{index .Config.Labels "${ownerLabel}"}}`;
    const said = await engine.ask(['container', 'inspect', '--format', format, id], { signal });
    // Somebody else's clean-up was faster.
    if (said.exitCode !== 0) continue;
    const [, name = id, owner = ''] = /^\/?(\S+) (.*)$/.exec(said.stdout.trim()) ?? [];
    if (!hasEnded(owner, host)) continue;
    const ended = await engine.ask(['rm', '--force', '--volumes', id], { signal });
    if (ended.exitCode === 0) removed.push(name);
  }
  return removed;
}
