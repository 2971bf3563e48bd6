import type { Located, LocatedMap } from './located.ts';

/**
 * Maps whose keys exclude each other: merging `{require: gpu}` with `{prefer: gpu}` would give neither, so the overlay's map
 * replaces the base's.
 */
const atomic: ReadonlySet<string> = new Set(['smoke.device', 'rollout.watchdog']);

/**
 * Lays an environment over the base: maps merge key by key, everything else is replaced; `null` in the overlay replaces too.
 * Positions stay those of the place where the value that won was written.
 */
export function overlay(base: LocatedMap, over: LocatedMap): LocatedMap {
  return merge(base, over, '');
}

function merge(base: LocatedMap, over: LocatedMap, path: string): LocatedMap {
  const entries = new Map(base.entries);
  for (const [key, entry] of over.entries) {
    const below = entries.get(key)?.node;
    const name = path === '' ? key : `${path}.${key}`;
    entries.set(key, { keyAt: entry.keyAt, node: mergeNode(below, entry.node, name) });
  }
  return { kind: 'map', at: over.at, entries };
}

function mergeNode(base: Located | undefined, over: Located, path: string): Located {
  if (base?.kind !== 'map' || over.kind !== 'map' || atomic.has(path)) return over;
  return merge(base, over, path);
}
