import type { WrittenImage } from './append.ts';
import { digestOf, mediaTypes, type Descriptor, type ImageConfigFile, type ImageIndex } from './manifest.ts';

/** An index as the exact bytes to publish. */
export interface WrittenIndex {
  readonly bytes: Buffer;
  readonly digest: string;
}

/** An image that an index names. */
export type IndexedImage = Pick<WrittenImage, 'digest' | 'manifestBytes'> & {
  readonly config: Pick<ImageConfigFile, 'os' | 'architecture' | 'variant'>;
};

/**
 * The index of images for several platforms (OCI image specification 1.1): the same input gives the same bytes.
 * @param images in the order in which the index names them
 * @returns the index
 */
export function imageIndex(images: readonly IndexedImage[]): WrittenIndex {
  const manifests = images.map(({ digest, manifestBytes, config }): Descriptor => {
    const { os, architecture, variant } = config;
    const platform = { os, architecture, ...(typeof variant === 'string' ? { variant } : {}) };
    return { mediaType: mediaTypes.manifest, digest, size: manifestBytes.length, platform };
  });
  const index: ImageIndex = { schemaVersion: 2, mediaType: mediaTypes.index, manifests };
  const bytes = Buffer.from(JSON.stringify(index));
  return { bytes, digest: digestOf(bytes) };
}
