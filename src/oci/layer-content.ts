import { createHash } from 'node:crypto';

/**
 * Annotation of a weight layer: what it was made from. A later build finds it by this without reading the files first, and who unpacks
 * it can check each file.
 */
export const contentAnnotation = 'dev.ml-deploy.layer.content';

/**
 * Annotations of the image of a model alone: its digest as validated, the absolute folder in which its layers have it, and the bytes that
 * its files take on a disk.
 */
export const modelAnnotations = {
  digest: 'dev.ml-deploy.model.digest',
  path: 'dev.ml-deploy.model.path',
  disk: 'dev.ml-deploy.model.disk',
} as const;

/** Label of an image that has no model: the digest of the image of the model alone, in the same repository. */
export const weightsLabel = 'dev.ml-deploy.weights';

/** A file of a layer. */
export interface LayerFile {
  /** In the image, without a slash before it. */
  readonly path: string;
  readonly size: number;
  /** 64 hexadecimal digits. */
  readonly sha256?: string;
}

/**
 * Names the content of a weight layer before it is read.
 * @param files of the layer in order, with their paths in the image
 * @returns 64 hexadecimal digits; the layer's digest is a function of it, which takes reading
 */
export function contentKey(files: readonly LayerFile[]): string {
  const hash = createHash('sha256').update('v1\n');
  for (const { path, size, sha256 } of files) hash.update(`${JSON.stringify([path, size, sha256])}\n`);
  return hash.digest('hex');
}
