import { join } from 'node:path';

import { memoryBlob } from '../oci/blob.ts';
import { imageIndex, type WrittenIndex } from '../oci/image-index.ts';
import { mediaTypes, type Manifest } from '../oci/manifest.ts';
import { absoluteReference } from '../oci/reference.ts';
import type { RegistryClient } from '../oci/registry.ts';
import type {
  ArtifactEvidence,
  BesideEvidence,
  BuildEvidence,
  DocumentEvidence,
  LayerEvidence,
  PlatformEvidence,
} from '../pipeline/evidence.ts';
import type { Stage, StageContext } from '../pipeline/stage.ts';
import { plural } from '../plural.ts';
import { bytes as formatBytes } from '../report/format.ts';
import { publishArtifacts } from './artifacts/index.ts';
import type { ModelLayer } from './artifacts/modelpack.ts';
import { checkEmulation } from './builders/emulation.ts';
import { chooseBuilder } from './builders/index.ts';
import { needsOf } from './builders/needs.ts';
import { insecureHosts, placesOf } from './builders/places.ts';
import { attachDocuments, type Published } from './documents/index.ts';
import { signingKey } from './documents/signing-key.ts';
import { checkFiles } from './files.ts';
import { explainDisk } from './disk.ts';
import type { BesideModel } from './beside.ts';
import { tagPrefixes } from './known-layers.ts';
import { checkLock, expectedBase } from './lock/index.ts';
import { describeLayers } from './layers.ts';
import { withImages, type Layer, type MadeImage } from './make.ts';
import { checkOptimize } from './optimize/check.ts';
import { perPlatform } from './platforms.ts';
import { pushBlobs } from './push.ts';
import { layersOfBuild } from './secrets/layers-of-build.ts';
import { refuseLeakedSecrets } from './secrets/scan.ts';
import { checkSize } from './size-budget.ts';
import { registryOf } from './target-registry.ts';

/** Model files and server become an image in the registry; the evidence ties the model's digest to the image's. */
export const buildStage: Stage<BuildEvidence> = {
  name: 'build',
  preflight,
  run: (context) => explainDisk(() => run(context)),
};

async function preflight(context: StageContext): Promise<void> {
  const { config, signal } = context;
  const { image } = config;
  await checkFiles(context);
  await checkLock(context);
  if (image.sign !== null) await signingKey(image.sign, context.access.root);
  const needs = needsOf(config);
  const { access } = context;
  const places = placesOf(access);
  const { builder } = await chooseBuilder(image.builder, needs, places, signal);
  await checkEmulation(builder, needs, image.platforms, places, signal);
  for (const each of perPlatform(config)) {
    if (needs.dockerfile || builder.check === undefined) break;
    await builder.check({
      base: absoluteReference(await expectedBase(each, access), access.root),
      platform: each.image.platform,
      packages: needs.packages,
      places,
      cache: join(access.root, '.mldeploy', 'cache'),
      insecureHosts: insecureHosts(image),
      mirrors: image.mirrors,
      signal,
    });
  }
  await checkOptimize(context, builder);
  await registryOf(context).checkPush();
}

async function run(context: StageContext): Promise<BuildEvidence> {
  const startedAt = new Date().toISOString();
  const registry = registryOf(context);
  return withImages(context, { registry, noCache: false }, async (images) => {
    for (const made of images) await checkImage(context, made);
    const index = images.length === 1 ? null : imageIndex(images.map(({ written }) => written));
    const [first, ...others] = images;
    const beside = first.beside === null ? null : await pushBeside(context, registry, first, first.beside);
    const pushed = await pushImages(context, registry, images, index);
    const built: Published['images'] = [{ ...first, startedAt }, ...others.map((made) => ({ ...made, startedAt }))];
    const artifacts = await publishArtifacts(context, built, first.weights.map(modelLayer), registry);
    const documents = await attachDocuments(context, { images: built, index, beside, artifacts }, registry);
    return evidence(context, images, index, { ...pushed, beside, artifacts, documents, startedAt });
  });
}

/** Refuses what must not be published. */
async function checkImage(context: StageContext, made: MadeImage): Promise<void> {
  const { plan, image, layers, beside, written } = made;
  const { platforms, maxBytes } = context.config.image;
  checkSize(
    platforms.length === 1 ? 'the image' : `the image for ${plan.platform}`,
    [...describeLayers(written.manifest.layers, plan.recipe, layers), ...besideLayers(beside)],
    imageBytes(written.manifest) +
      (beside === null ? 0 : Math.max(...beside.images.map(({ manifest: own }) => imageBytes(own)))),
    maxBytes,
  );
  const ours = layersOfBuild(plan.recipe, image, [...layers, ...(beside?.layers ?? [])]);
  await refuseLeakedSecrets(context, ours, [written.configBytes, written.manifestBytes]);
}

function modelLayer({ blob: { digest, size }, title }: Layer): ModelLayer {
  return { digest, size, title };
}

/** As the registry holds it: layers compressed. */
function imageBytes({ config, layers }: Manifest): number {
  return config.size + layers.reduce((sum, { size }) => sum + size, 0);
}

function besideLayers(beside: BesideModel | null): LayerEvidence[] {
  return (beside?.layers ?? []).map(({ blob, kind, title }) => ({
    digest: blob.digest,
    bytes: blob.size,
    kind,
    title,
  }));
}

/** Publishes the model alone, before an image names it. */
async function pushBeside(
  { config }: StageContext,
  registry: RegistryClient,
  { plan, validated }: MadeImage,
  beside: BesideModel,
): Promise<BesideEvidence> {
  const { layers, images, index, digest, diskBytes } = beside;
  const small = layers.filter(({ kind }) => kind !== 'weights').map(({ blob }) => blob);
  const configs = images.map(({ configBytes, manifest }) => memoryBlob(configBytes, manifest.config.digest));
  await pushBlobs(registry, [...small, ...configs], () => undefined);
  const tag = tagOf(tagPrefixes.model, validated.model.digest, digest);
  for (const image of images)
    await registry.putManifest(index === null ? tag : image.digest, image.manifestBytes, mediaTypes.manifest);
  if (index !== null) await registry.putManifest(tag, index.bytes, mediaTypes.index);
  return {
    digest,
    reference: `${config.image.repository}@${digest}`,
    path: plan.weights.path,
    bytes: layers.reduce((sum, { blob: { size } }) => sum + size, 0),
    diskBytes,
    layers: besideLayers(beside),
  };
}

async function pushImages(
  context: StageContext,
  registry: RegistryClient,
  images: readonly [MadeImage, ...MadeImage[]],
  index: WrittenIndex | null,
): Promise<{ uploadedBytes: number; pushMs: number }> {
  const { config, reporter } = context;
  const task = reporter.task(`push to ${config.image.repository}`);
  const began = performance.now();
  const onSent = (): void => task.update(`${formatBytes(registry.uploadedBytes)} sent`);
  try {
    const blobs = images.flatMap(({ image, layers, written }) => [
      ...image.manifest.layers.map((layer) => image.blob(layer)),
      // The weights are there already.
      ...layers.filter(({ kind }) => kind !== 'weights').map(({ blob }) => blob),
      memoryBlob(written.configBytes, written.manifest.config.digest),
    ]);
    const { sent, all } = await pushBlobs(registry, blobs, onSent);
    const tag = (digest: string): string => tagOf(tagPrefixes.image, images[0].validated.model.digest, digest);
    for (const { written } of images) {
      // An index holds its manifests; what is alone needs a tag.
      const reference = index === null ? tag(written.digest) : written.digest;
      await registry.putManifest(reference, written.manifestBytes, mediaTypes.manifest);
    }
    if (index !== null) await registry.putManifest(tag(index.digest), index.bytes, mediaTypes.index);
    task.done(`${formatBytes(registry.uploadedBytes)} sent: ${sent} of ${plural(all, 'blob')} were new`);
    return { uploadedBytes: registry.uploadedBytes, pushMs: Math.round(performance.now() - began) };
  } catch (error) {
    task.fail();
    throw error;
  }
}

/** A tag of its own for every image: without one some registries remove what is deployed. Deployments use the digest. */
function tagOf(prefix: string, modelDigest: string, imageDigest: string): string {
  const short = (digest: string): string => digest.replace('sha256:', '').slice(0, 12);
  return `${prefix}${short(modelDigest)}-${short(imageDigest)}`;
}

function evidence(
  context: StageContext,
  images: readonly [MadeImage, ...MadeImage[]],
  index: WrittenIndex | null,
  facts: {
    startedAt: string;
    uploadedBytes: number;
    pushMs: number;
    beside: BesideEvidence | null;
    artifacts: readonly ArtifactEvidence[] | undefined;
    documents: readonly DocumentEvidence[];
  },
): BuildEvidence {
  const { config, access } = context;
  const [{ validated, optimised, comparison, locked, builder, written }] = images;
  const digest = index?.digest ?? written.digest;
  const reference = `${config.image.repository}@${digest}`;
  const platforms = images.map(platformEvidence);
  const [{ platform, bytes, layers } = platformEvidence(images[0])] = platforms;
  return {
    schema: 'https://ml-deploy.dev/schema/build-evidence-v1.json',
    stage: 'build',
    project: config.name,
    environment: config.environment,
    outcome: 'passed',
    summary: `Built ${reference} around the model ${validated.model.digest}.`,
    modelDigest: validated.model.digest,
    ...(optimised === null ? {} : { optimised }),
    server: config.server.type,
    image: {
      repository: config.image.repository,
      digest,
      reference,
      platform,
      bytes,
      layers,
      user: written.config.config?.User ?? '',
      locked,
      ...(index === null ? {} : { platforms }),
    },
    ...(facts.beside === null ? {} : { weights: facts.beside }),
    ...(facts.artifacts === undefined ? {} : { artifacts: facts.artifacts }),
    volatile: {
      startedAt: facts.startedAt,
      endedAt: new Date().toISOString(),
      engine: access.engine,
      host: access.host,
      builder,
      uploadedBytes: facts.uploadedBytes,
      buildMs: images.reduce((sum, { buildMs }) => sum + buildMs, 0),
      pushMs: facts.pushMs,
      documents: facts.documents,
      ...(comparison === null ? {} : { comparison }),
    },
  };
}

function platformEvidence({ plan, layers, written: { manifest, digest } }: MadeImage): PlatformEvidence {
  return {
    platform: plan.platform,
    digest,
    bytes: imageBytes(manifest),
    layers: describeLayers(manifest.layers, plan.recipe, layers),
  };
}
