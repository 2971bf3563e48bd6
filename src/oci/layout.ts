import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';

import { MlDeployError } from '../errors.ts';
import { fileBlob, readJson, type Blob } from './blob.ts';
import type { Descriptor, ImageConfigFile, ImageIndex, Manifest } from './manifest.ts';

/** An image in an OCI layout folder (image specification 1.1, "Image Layout"). */
export interface LayoutImage {
  readonly manifest: Manifest;
  readonly config: ImageConfigFile;
  /** The blob of one of its layers. */
  blob(descriptor: Descriptor): Blob;
}

/**
 * Opens the only image of a layout folder.
 * @param folder with `index.json` and `blobs/`
 * @returns its manifest and config
 * @throws MlDeployError `build/bad-layout` when there is not exactly one image
 */
export async function openLayout(folder: string): Promise<LayoutImage> {
  const blobPath = (descriptor: Descriptor): string => join(folder, 'blobs', ...descriptor.digest.split(':'));
  let index = (await readJson(join(folder, 'index.json'))) as ImageIndex;
  let [only, ...more] = index.manifests;
  // A builder may put an index of one image below the outer one.
  while (only?.mediaType.includes('index') === true && more.length === 0) {
    index = (await readJson(blobPath(only))) as ImageIndex;
    [only, ...more] = index.manifests;
  }
  if (only === undefined || more.length > 0) {
    throw new MlDeployError({
      code: 'build/bad-layout',
      kind: 'infrastructure',
      message: `the builder gave ${index.manifests.length} images where one was expected (${folder}/index.json)`,
      hint: 'Build for one platform (image.platform), and without attestations inside the image.',
    });
  }
  const manifest = (await readJson(blobPath(only))) as Manifest;
  const config = (await readJson(blobPath(manifest.config))) as ImageConfigFile;
  return {
    manifest,
    config,
    blob: (descriptor) => fileBlob(blobPath(descriptor), descriptor.digest, descriptor.size),
  };
}

/**
 * Removes the blobs that an image does not need.
 * @param folder layout folder
 * @param image what stays
 */
export async function pruneLayout(folder: string, image: LayoutImage): Promise<void> {
  const needed = new Set([image.manifest.config, ...image.manifest.layers].map(({ digest }) => digest));
  const blobs = join(folder, 'blobs', 'sha256');
  for (const name of await readdir(blobs)) {
    if (!needed.has(`sha256:${name}`)) await rm(join(blobs, name), { force: true });
  }
}
