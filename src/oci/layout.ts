import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';

import { MlDeployError } from '../errors.ts';
import { fileBlob, readJson } from './blob.ts';
import type { ReadableImage } from './image.ts';
import type { Descriptor, ImageConfigFile, ImageIndex, Manifest } from './manifest.ts';

/**
 * Opens the only image of a layout folder.
 * @param folder with `index.json` and `blobs/`
 * @returns its manifest and config
 * @throws MlDeployError `build/bad-layout` when there is not exactly one image
 */
async function openLayout(folder: string): Promise<ReadableImage> {
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
 * Opens the only image of a layout folder and removes the blobs that it does not need.
 * @param folder with `index.json` and `blobs/`
 * @returns its manifest and config
 * @throws MlDeployError `build/bad-layout`
 */
export async function openBuilt(folder: string): Promise<ReadableImage> {
  const image = await openLayout(folder);
  await pruneLayout(folder, image);
  return image;
}

async function pruneLayout(folder: string, image: ReadableImage): Promise<void> {
  const needed = new Set([image.manifest.config, ...image.manifest.layers].map(({ digest }) => digest));
  const blobs = join(folder, 'blobs', 'sha256');
  for (const name of await readdir(blobs)) {
    if (!needed.has(`sha256:${name}`)) await rm(join(blobs, name), { force: true });
  }
}
