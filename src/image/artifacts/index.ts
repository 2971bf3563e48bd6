import { join, resolve } from 'node:path';

import { MlDeployError } from '../../errors.ts';
import type { WrittenImage } from '../../oci/append.ts';
import { memoryBlob } from '../../oci/blob.ts';
import { imageIndex } from '../../oci/image-index.ts';
import { mediaTypes } from '../../oci/manifest.ts';
import type { RegistryClient } from '../../oci/registry.ts';
import type { ArtifactEvidence } from '../../pipeline/evidence.ts';
import { modelDigest } from '../../pipeline/model-digest.ts';
import type { StageContext } from '../../pipeline/stage.ts';
import { declaredFacts } from '../documents/declared.ts';
import type { BuiltImage } from '../documents/index.ts';
import { layerFacts } from '../documents/layer-facts.ts';
import { describeLayers } from '../layers.ts';
import { modelcar, neededPrograms, type Modelcar } from './modelcar.ts';
import { modelPack, type ModelLayer, type WrittenArtifact } from './modelpack.ts';

/**
 * Publishes what `image.artifacts` asks for, from the layers of model files that the repository has already.
 * @param context of the stage
 * @param images for each platform, which are in the registry
 * @param layers of model files, as they stand in the image
 * @param client of its repository
 * @returns what was published; undefined when nothing was asked for
 * @throws MlDeployError `build/no-shell`, `registry/*`
 */
export async function publishArtifacts(
  context: StageContext,
  images: readonly BuiltImage[],
  layers: readonly ModelLayer[],
  client: RegistryClient,
): Promise<ArtifactEvidence[] | undefined> {
  const { config, reporter } = context;
  const { artifacts, repository } = config.image;
  const [first] = images;
  if (artifacts.length === 0 || first === undefined) return undefined;
  const model = modelDigest(first.served.model.files).replace('sha256:', '').slice(0, 12);
  const published: ArtifactEvidence[] = [];
  for (const type of [...new Set(artifacts)]) {
    const task = reporter.task(`publish the ${type}`);
    try {
      const { digest, tag } = await (type === 'modelpack'
        ? publishModelPack(context, first, layers, client, model)
        : publishModelcars(context, images, layers, client, model));
      published.push({ type, digest, reference: `${repository}@${digest}` });
      task.done(`${repository}:${tag}`);
    } catch (error) {
      task.fail();
      throw error;
    }
  }
  return published;
}

interface Place {
  readonly digest: string;
  readonly tag: string;
}

/** The model is the same on every platform. */
async function publishModelPack(
  { access, config }: StageContext,
  { served, plan }: BuiltImage,
  layers: readonly ModelLayer[],
  client: RegistryClient,
  model: string,
): Promise<Place> {
  const declared = await declaredFacts(resolve(access.root, config.model.path));
  const artifact = modelPack(config.name, served, declared, plan.weights, layers);
  const tag = `modelpack-${model}`;
  return { digest: await publish(client, artifact, tag), tag };
}

async function publishModelcars(
  context: StageContext,
  images: readonly BuiltImage[],
  layers: readonly ModelLayer[],
  client: RegistryClient,
  model: string,
): Promise<Place> {
  const cars: WrittenImage[] = [];
  for (const built of images) {
    const { image, link } = await modelcarOf(context, built, layers);
    if (link !== null) await client.pushBlob(link);
    cars.push(image);
  }
  const [only, ...others] = cars;
  const index = only !== undefined && others.length === 0 ? null : imageIndex(cars);
  const digest = index?.digest ?? only?.digest ?? '';
  const tag = `modelcar-${model}-${digest.slice(7, 19)}`;
  for (const car of cars) await publish(client, car, index === null ? tag : car.digest);
  if (index !== null) await client.putManifest(tag, index.bytes, mediaTypes.index);
  return { digest, tag };
}

async function publish(client: RegistryClient, artifact: WrittenArtifact, reference: string): Promise<string> {
  await client.pushBlob(memoryBlob(artifact.configBytes, artifact.manifest.config.digest));
  return client.putManifest(reference, artifact.manifestBytes, mediaTypes.manifest);
}

async function modelcarOf(
  { access, config, signal }: StageContext,
  { image, plan, written }: BuiltImage,
  layers: readonly ModelLayer[],
): Promise<Modelcar> {
  const kinds = describeLayers(image.manifest.layers, plan.recipe, []);
  const told = kinds.filter(({ kind }) => kind === 'base').length;
  // A Dockerfile of the user does not tell where its base ends.
  const base = told === 0 ? kinds.length : told;
  const cache = join(access.root, '.mldeploy', 'cache', 'layers');
  const programs = new Set<string>();
  for (const layer of image.manifest.layers.slice(0, base)) {
    for (const program of (await layerFacts(layer, () => image.blob(layer), cache, signal)).programs)
      programs.add(program);
  }
  const missing = neededPrograms.filter((program) => !programs.has(program));
  if (missing.length > 0) {
    throw new MlDeployError({
      code: 'build/no-shell',
      kind: 'usage',
      message: `a modelcar cannot be made from the base image: it has no ${missing.join(', ')} in /bin or /usr/bin, which KServe starts`,
      hint: `Choose a base with a shell in image.base, or take modelcar out of image.artifacts (${config.image.artifacts.join(', ')}).`,
    });
  }
  return modelcar(image, base, plan.weights.path, layers, written.config.created ?? new Date(0).toISOString());
}
