import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';

import { MlDeployError } from '../errors.ts';
import type { ReadableImage } from './image.ts';
import { layoutSource } from './layout-source.ts';
import { parseConfig, parseList, parseManifest } from './parse.ts';

/**
 * Opens the only image of a layout folder that a builder has written, and removes the blobs that it does not need.
 * @param folder with `index.json` and `blobs/`
 * @returns its manifest and config
 * @throws MlDeployError `build/bad-layout` when there is not exactly one image, or it cannot be read
 */
export async function openBuilt(folder: string): Promise<ReadableImage> {
  const image = await openOnly(folder).catch((error: unknown) => {
    throw error instanceof MlDeployError && error.code === 'build/bad-layout' ? error : unreadable(folder, error);
  });
  await pruneLayout(folder, image);
  return image;
}

async function openOnly(folder: string): Promise<ReadableImage> {
  const source = layoutSource(folder);
  let { manifests } = parseList(await readFile(join(folder, 'index.json')), 'index.json');
  let [only, ...more] = manifests;
  // A builder may put an index of one image below the outer one.
  while (only?.mediaType.includes('index') === true && more.length === 0) {
    ({ manifests } = parseList(await source.getBlob(only.digest), 'the index'));
    [only, ...more] = manifests;
  }
  if (only === undefined || more.length > 0) {
    throw badLayout(
      `the builder gave ${manifests.length} images where one was expected (${folder}/index.json)`,
      'Let the Dockerfile and the builder make one image, without attestations inside of it.',
    );
  }
  const manifest = parseManifest(await source.getBlob(only.digest), 'the manifest');
  if ('manifests' in manifest) throw new Error('the manifest is an index');
  const config = parseConfig(await source.getBlob(manifest.config.digest), 'the config');
  return { manifest, config, blob: (descriptor) => source.blob(descriptor) };
}

function unreadable(folder: string, cause: unknown): MlDeployError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return badLayout(
    `what the builder has written cannot be read (${folder}): ${reason}`,
    'Build again; if it stays, look at the log of the builder, and remove .mldeploy/cache/layout.',
    cause,
  );
}

function badLayout(message: string, hint: string, cause?: unknown): MlDeployError {
  return new MlDeployError({ code: 'build/bad-layout', kind: 'infrastructure', message, hint, cause });
}

async function pruneLayout(folder: string, image: ReadableImage): Promise<void> {
  const needed = new Set([image.manifest.config, ...image.manifest.layers].map(({ digest }) => digest));
  const blobs = join(folder, 'blobs', 'sha256');
  for (const name of await readdir(blobs)) {
    if (!needed.has(`sha256:${name}`)) await rm(join(blobs, name), { force: true });
  }
}
