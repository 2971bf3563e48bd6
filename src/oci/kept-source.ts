import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import type { ImageSource } from './image.ts';
import { replaceFile } from '../replace-file.ts';
import { digestOf } from './manifest.ts';

/**
 * A source whose manifests and small blobs are kept in a folder, byte by byte, once they were asked for by digest. What is read from the
 * folder is hashed: a file that is not what its name says counts as absent, and is fetched again.
 * @param source that is asked for what the folder lacks
 * @param folder that stays between builds
 * @returns the source; what is asked for by tag, and layers, always come from `source`
 */
export function keptSource(source: ImageSource, folder: string): ImageSource {
  const pathOf = (digest: string): string => join(folder, digest.replace(':', '-'));
  const recall = async (digest: string): Promise<Buffer | null> => {
    const content = await readFile(pathOf(digest)).catch(() => null);
    return content !== null && digestOf(content) === digest ? content : null;
  };
  const keep = async (digest: string, content: Buffer): Promise<void> => {
    if (digestOf(content) !== digest) return;
    await replaceFile(pathOf(digest), content);
  };
  return {
    blob: (descriptor) => source.blob(descriptor),
    async getBlob(digest) {
      const kept = await recall(digest);
      if (kept !== null) return kept;
      const content = await source.getBlob(digest);
      await keep(digest, content);
      return content;
    },
    async getManifest(reference) {
      if (!reference.startsWith('sha256:')) return source.getManifest(reference);
      const kept = await recall(reference);
      if (kept !== null) return { digest: reference, content: kept };
      const found = await source.getManifest(reference);
      if (found !== null) await keep(reference, found.content);
      return found;
    },
  };
}
