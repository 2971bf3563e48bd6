import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { fileBlob, type Blob } from './blob.ts';
import type { ImageSource } from './image.ts';
import { digestOf, type Descriptor } from './manifest.ts';
import { parseList } from './parse.ts';

const refName = 'org.opencontainers.image.ref.name';

/**
 * Images in an OCI layout folder (image specification 1.1, "Image Layout"), read as those of a repository are.
 * @param folder with `index.json` and `blobs/`
 * @returns the source; blobs are checked against their digests when they are small, and by whoever takes them otherwise
 */
export function layoutSource(folder: string): ImageSource {
  const pathOf = (digest: string): string => join(folder, 'blobs', ...digest.split(':'));
  const getBlob = async (digest: string): Promise<Buffer> => {
    const content = await readFile(pathOf(digest));
    if (digestOf(content) !== digest) throw new Error(`${pathOf(digest)} is not what its name says`);
    return content;
  };
  return {
    getBlob,
    blob: ({ digest, size }: Descriptor): Blob => fileBlob(pathOf(digest), digest, size),
    async getManifest(reference) {
      const { manifests } = parseList(await readFile(join(folder, 'index.json')), 'index.json');
      if (reference.startsWith('sha256:')) return { digest: reference, content: await getBlob(reference) };
      const named = manifests.filter(({ annotations }) => annotations?.[refName] === reference);
      // A folder with one image needs no names.
      const [found] = named.length > 0 ? named : manifests.length === 1 && reference === 'latest' ? manifests : [];
      if (found !== undefined) return { digest: found.digest, content: await getBlob(found.digest) };
      return manifests.length > 1 && reference === 'latest' && manifests.every(({ platform }) => platform !== undefined)
        ? { digest: '', content: await readFile(join(folder, 'index.json')) }
        : null;
    },
  };
}
