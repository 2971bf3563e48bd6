import { join, resolve } from 'node:path';

import { MlDeployError } from '../../errors.ts';
import { memoryBlob, type Blob } from '../../oci/blob.ts';
import { mediaTypes } from '../../oci/manifest.ts';
import type { RegistryClient } from '../../oci/registry.ts';
import type { ArtifactEvidence } from '../../pipeline/evidence.ts';
import { modelDigest } from '../../pipeline/model-digest.ts';
import type { StageContext } from '../../pipeline/stage.ts';
import { declaredFacts } from '../documents/declared.ts';
import type { BuiltImage } from '../documents/index.ts';
import { layerFacts } from '../documents/layer-facts.ts';
import { describeLayers } from '../layers.ts';
import { modelcar, neededPrograms } from './modelcar.ts';
import { modelPack, type ModelLayer, type WrittenArtifact } from './modelpack.ts';

/**
 * Publishes what `image.artifacts` asks for, from the layers of model files that the repository has already.
 * @param context of the stage
 * @param built the image, which is in the registry
 * @param layers of model files, as they stand in the image
 * @param client of its repository
 * @returns what was published; undefined when nothing was asked for
 * @throws MlDeployError `build/no-shell`, `registry/*`
 */
export async function publishArtifacts(
  context: StageContext,
  built: BuiltImage,
  layers: readonly ModelLayer[],
  client: RegistryClient,
): Promise<ArtifactEvidence[] | undefined> {
  const { config, access, reporter } = context;
  const { artifacts, repository } = config.image;
  if (artifacts.length === 0) return undefined;
  const model = modelDigest(built.served.model.files).replace('sha256:', '').slice(0, 12);
  const published: ArtifactEvidence[] = [];
  for (const type of [...new Set(artifacts)]) {
    const task = reporter.task(`publish the ${type}`);
    try {
      let artifact: WrittenArtifact;
      let tag = `${type}-${model}`;
      if (type === 'modelpack') {
        const declared = await declaredFacts(resolve(access.root, config.model.path));
        artifact = modelPack(config.name, built.served, declared, built.plan.weights, layers);
      } else {
        const { image, link } = await modelcarOf(context, built, layers);
        if (link !== null) await client.pushBlob(link);
        artifact = image;
        tag = `${tag}-${image.digest.slice(7, 19)}`;
      }
      await client.pushBlob(memoryBlob(artifact.configBytes, artifact.manifest.config.digest));
      await client.putManifest(tag, artifact.manifestBytes, mediaTypes.manifest);
      published.push({ type, digest: artifact.digest, reference: `${repository}@${artifact.digest}` });
      task.done(`${repository}:${tag}`);
    } catch (error) {
      task.fail();
      throw error;
    }
  }
  return published;
}

async function modelcarOf(
  { access, config, signal }: StageContext,
  { image, plan, written }: BuiltImage,
  layers: readonly ModelLayer[],
): Promise<{ image: WrittenArtifact; link: Blob | null }> {
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
