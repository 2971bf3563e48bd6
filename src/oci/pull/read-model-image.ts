import { MlDeployError } from '../../errors.ts';
import { contentAnnotation, modelAnnotations } from '../layer-content.ts';
import { mediaTypes, type Descriptor, type ImageIndex, type Manifest } from '../manifest.ts';
import { parseManifest } from '../parse.ts';
import type { RegistryClient } from '../registry.ts';
import { notAModel } from './fetch-problem.ts';

/** A layer of model files, with the key of its content. */
export interface ModelLayer extends Descriptor {
  readonly key: string;
}

/** An image of a model alone. */
export interface ModelImage {
  /** Absolute folder in which its layers have the files. */
  readonly path: string;
  /** As the model was validated. */
  readonly modelDigest: string;
  /** That its files take on a disk; null: built before this was counted. */
  readonly diskBytes: number | null;
  readonly layers: readonly ModelLayer[];
}

/**
 * Reads the manifest of a model that `ml-deploy build` has put beside its image; those for several platforms have the same files.
 * @param client of the repository
 * @param digest of the manifest, or of the index of several platforms
 * @returns what it says of the model; layers are not read
 * @throws MlDeployError `fetch/no-model`, `fetch/not-a-model`, `registry/*`
 */
export async function readModelImage(client: Pick<RegistryClient, 'getManifest'>, digest: string): Promise<ModelImage> {
  const top = await readManifest(client, digest);
  const [first] = 'manifests' in top ? top.manifests : [];
  const manifest = first === undefined ? top : await readManifest(client, first.digest);
  if ('manifests' in manifest) throw notAModel(digest, 'it is an index of no images, or of other indexes');
  const { annotations = {}, layers } = manifest;
  const path = annotations[modelAnnotations.path];
  const modelDigest = annotations[modelAnnotations.digest];
  if (path === undefined || !/^(\/[^/]+)+$/.test(path))
    throw notAModel(digest, `it has no annotation ${modelAnnotations.path}`);
  if (modelDigest === undefined || !/^sha256:[0-9a-f]{64}$/.test(modelDigest))
    throw notAModel(digest, `its annotation ${modelAnnotations.digest} is missing, or no digest`);
  const known = layers.map((layer): ModelLayer => {
    const key = layer.annotations?.[contentAnnotation];
    if (key === undefined || layer.mediaType !== mediaTypes.layer)
      throw notAModel(digest, `layer ${layer.digest} does not say which files it has`);
    return { ...layer, key };
  });
  const disk = Number(annotations[modelAnnotations.disk] ?? '0');
  return { path, modelDigest, diskBytes: Number.isSafeInteger(disk) && disk > 0 ? disk : null, layers: known };
}

async function readManifest(
  client: Pick<RegistryClient, 'getManifest'>,
  digest: string,
): Promise<Manifest | ImageIndex> {
  const found = await client.getManifest(digest);
  if (found !== null) return parseManifest(found.content, `the manifest of the model ${digest}`);
  throw new MlDeployError({
    code: 'fetch/no-model',
    kind: 'infrastructure',
    message: `the repository has no model ${digest}`,
    hint: 'It was removed from the registry, or never pushed there: run ml-deploy build again, and keep images that are deployed.',
  });
}
