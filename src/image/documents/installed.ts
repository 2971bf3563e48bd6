import { LayeredMap } from '../../oci/layered-map.ts';
import type { LayerFacts } from './layer-facts.ts';
import type { OsRelease } from './packages/os-release.ts';
import type { InstalledPackage } from './packages/package.ts';

/** What is installed in an image. */
export interface Installed {
  readonly packages: readonly InstalledPackage[];
  readonly os: OsRelease | null;
  /** Kinds of package lists that are there and were not read. */
  readonly unread: readonly string[];
}

/**
 * Puts the layers of an image on top of each other: what a higher one replaces or removes does not count.
 * @param layers the lowest first
 * @returns packages, sorted, none twice
 */
export function installedIn(layers: readonly LayerFacts[]): Installed {
  const records = new LayeredMap<readonly InstalledPackage[]>();
  let os: OsRelease | null = null;
  for (const layer of layers) {
    for (const gone of layer.removed) records.remove(gone);
    for (const [path, packages] of Object.entries(layer.packages)) records.set(path, packages);
    os = layer.os ?? os;
  }
  const packages = new Map<string, InstalledPackage>();
  for (const found of [...records.values.values()].flat()) packages.set(keyOf(found), found);
  return {
    packages: [...packages.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, found]) => found),
    os,
    unread: [...new Set(layers.flatMap(({ unread }) => unread))].sort(),
  };
}

function keyOf({ kind, name, version, architecture }: InstalledPackage): string {
  return [kind, name, version, architecture ?? ''].join(' ');
}
