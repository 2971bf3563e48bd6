import { posix } from 'node:path';

import type { Blob } from '../oci/blob.ts';
import { hashTar } from '../oci/hashed-tar.ts';
import { TarStream } from '../oci/tar-blob.ts';
import type { LayerEntry } from '../oci/tar-entry.ts';
import type { FileTree } from '../server/image-plan.ts';

/** A layer of code or configuration. */
export interface TreeLayer {
  readonly blob: Blob;
  /** For people: the folder. */
  readonly title: string;
}

/**
 * Makes the layers of planned folders: sorted, owned by root, without times, uncompressed, because they are small and compressors
 * differ between versions.
 * @param trees of the image plan
 * @returns a layer per tree, in the same order
 */
export async function treeLayers(trees: readonly FileTree[]): Promise<TreeLayer[]> {
  const layers: TreeLayer[] = [];
  for (const tree of trees) {
    const blob = await hashTar(new TarStream(entriesOf(tree)));
    layers.push({ blob, title: tree.path });
  }
  return layers;
}

function entriesOf({ path: top, files }: FileTree): LayerEntry[] {
  const inImage = (path: string): string => posix.join(top, path).slice(1);
  const folders = new Set<string>();
  for (const { path } of files) {
    for (let folder = posix.dirname(inImage(path)); folder !== '.'; folder = posix.dirname(folder)) folders.add(folder);
  }
  return [
    ...[...folders].sort().map((path): LayerEntry => ({ kind: 'folder', path: `${path}/`, mode: 0o755 })),
    ...files
      .toSorted((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0))
      .map(({ path, content, mode = 0o644 }): LayerEntry => {
        return { kind: 'bytes', path: inImage(path), mode, content: Buffer.from(content) };
      }),
  ];
}
