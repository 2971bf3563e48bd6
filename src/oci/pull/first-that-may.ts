import { MlDeployError } from '../../errors.ts';
import type { RegistryClient } from '../registry.ts';

/** Registries also say that there is nothing to somebody who may not read it. */
const refusals = new Set(['registry/unauthorized', 'registry/forbidden', 'registry/not-found']);

/**
 * The first of several clients, each with credentials of its own, that is let in.
 * @param clients of the same repository, at least one
 * @param digest of a manifest in it
 * @returns the last one when none is: what it is told says why
 * @throws MlDeployError `registry/*` for whatever is no refusal
 */
export async function firstThatMay(clients: readonly RegistryClient[], digest: string): Promise<RegistryClient> {
  const last = clients.at(-1);
  if (last === undefined) throw new Error('there is no client');
  for (const client of clients) {
    if (client === last) break;
    try {
      if ((await client.getManifest(digest)) !== null) return client;
    } catch (error) {
      if (!(error instanceof MlDeployError) || !refusals.has(error.code)) throw error;
    }
  }
  return last;
}
