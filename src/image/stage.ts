import { join } from 'node:path';

import type { WrittenImage } from '../oci/append.ts';
import { memoryBlob } from '../oci/blob.ts';
import type { ReadableImage } from '../oci/image.ts';
import { mediaTypes, type Manifest } from '../oci/manifest.ts';
import { absoluteReference } from '../oci/reference.ts';
import type { RegistryClient } from '../oci/registry.ts';
import type {
  ArtifactEvidence,
  BesideEvidence,
  BuildEvidence,
  ComparisonEvidence,
  DocumentEvidence,
  LayerEvidence,
  OptimisedEvidence,
  ValidateEvidence,
} from '../pipeline/evidence.ts';
import type { Stage, StageContext } from '../pipeline/stage.ts';
import { plural } from '../plural.ts';
import { bytes as formatBytes } from '../report/format.ts';
import type { ImagePlan } from '../server/image-plan.ts';
import { publishArtifacts } from './artifacts/index.ts';
import type { ModelLayer } from './artifacts/modelpack.ts';
import { chooseBuilder } from './builders/index.ts';
import { needsOf } from './builders/needs.ts';
import { insecureHosts, placesOf } from './builders/places.ts';
import { attachDocuments } from './documents/index.ts';
import { signingKey } from './documents/signing-key.ts';
import { checkFiles } from './files.ts';
import { explainFullDisk } from './full-disk.ts';
import type { BesideModel } from './beside.ts';
import { tagPrefixes } from './known-layers.ts';
import { checkLock, expectedBase } from './lock/index.ts';
import { describeLayers } from './layers.ts';
import { withImage, type Layer } from './make.ts';
import { pushBlobs } from './push.ts';
import { layersOfBuild } from './secrets/layers-of-build.ts';
import { refuseLeakedSecrets } from './secrets/scan.ts';
import { checkSize } from './size-budget.ts';
import { registryOf } from './target-registry.ts';

/** Model files and server become an image in the registry; the evidence ties the model's digest to the image's. */
export const buildStage: Stage<BuildEvidence> = {
  name: 'build',
  preflight,
  run: (context) => explainFullDisk(() => run(context)),
};

async function preflight(context: StageContext): Promise<void> {
  const { config, signal } = context;
  const { image } = config;
  await checkFiles(context);
  await checkLock(context);
  if (image.sign !== null) await signingKey(image.sign, context.access.root);
  const needs = needsOf(config);
  const places = placesOf(context.access);
  const { builder } = await chooseBuilder(image.builder, needs, places, signal);
  if (!needs.dockerfile && builder.check !== undefined) {
    const { root } = context.access;
    await builder.check({
      base: absoluteReference(await expectedBase(context), root),
      platform: image.platform,
      packages: needs.packages,
      places,
      cache: join(root, '.mldeploy', 'cache'),
      insecureHosts: insecureHosts(image),
      signal,
    });
  }
  await registryOf(context).checkPush();
}

async function run(context: StageContext): Promise<BuildEvidence> {
  const startedAt = new Date().toISOString();
  const registry = registryOf(context);
  return withImage(context, { registry, noCache: false }, async (made) => {
    const {
      validated,
      served,
      optimised,
      comparison,
      plan,
      locked,
      image,
      layers,
      weights,
      beside,
      written,
      builder,
      buildMs,
    } = made;
    checkSize(
      [...describeLayers(written.manifest.layers, plan.recipe, layers), ...besideLayers(beside)],
      imageBytes(written.manifest) + (beside === null ? 0 : imageBytes(beside.written.manifest)),
      context.config.image.maxBytes,
    );
    const ours = layersOfBuild(plan.recipe, image, [...layers, ...(beside?.layers ?? [])]);
    await refuseLeakedSecrets(context, ours, [written.configBytes, written.manifestBytes]);
    const besides = beside === null ? null : await pushBeside(context, registry, beside, plan, validated.model.digest);
    const pushed = await pushImage(context, registry, image, layers, written, validated.model.digest);
    const about = { plan, image, written, validated, served, builder, startedAt, beside: besides };
    const artifacts = await publishArtifacts(context, about, weights.map(modelLayer), registry);
    const documents = await attachDocuments(context, { ...about, artifacts }, registry);
    const facts = {
      ...pushed,
      besides,
      artifacts,
      documents,
      startedAt,
      validated,
      optimised,
      comparison,
      locked,
      builder,
      buildMs,
    };
    return evidence(context, plan, layers, written, facts);
  });
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
  beside: BesideModel,
  plan: ImagePlan,
  modelDigest: string,
): Promise<BesideEvidence> {
  const { layers, written } = beside;
  const { digest } = written;
  const small = layers.filter(({ kind }) => kind !== 'weights').map(({ blob }) => blob);
  await pushBlobs(
    registry,
    [...small, memoryBlob(written.configBytes, written.manifest.config.digest)],
    () => undefined,
  );
  await registry.putManifest(tagOf(tagPrefixes.model, modelDigest, digest), written.manifestBytes, mediaTypes.manifest);
  return {
    digest,
    reference: `${config.image.repository}@${digest}`,
    path: plan.weights.path,
    bytes: written.manifest.layers.reduce((sum, { size }) => sum + size, 0),
    layers: besideLayers(beside),
  };
}

async function pushImage(
  context: StageContext,
  registry: RegistryClient,
  image: ReadableImage,
  layers: readonly Layer[],
  written: WrittenImage,
  modelDigest: string,
): Promise<{ uploadedBytes: number; pushMs: number }> {
  const { config, reporter } = context;
  const task = reporter.task(`push to ${config.image.repository}`);
  const began = performance.now();
  const onSent = (): void => task.update(`${formatBytes(registry.uploadedBytes)} sent`);
  try {
    const blobs = [
      ...image.manifest.layers.map((layer) => image.blob(layer)),
      // The weights are there already.
      ...layers.filter(({ kind }) => kind !== 'weights').map(({ blob }) => blob),
      memoryBlob(written.configBytes, written.manifest.config.digest),
    ];
    const sent = await pushBlobs(registry, blobs, onSent);
    await registry.putManifest(
      tagOf(tagPrefixes.image, modelDigest, written.digest),
      written.manifestBytes,
      mediaTypes.manifest,
    );
    task.done(`${formatBytes(registry.uploadedBytes)} sent: ${sent} of ${plural(blobs.length, 'blob')} were new`);
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
  plan: ImagePlan,
  own: readonly Layer[],
  written: WrittenImage,
  facts: {
    validated: ValidateEvidence;
    optimised: OptimisedEvidence | null;
    comparison: ComparisonEvidence | null;
    startedAt: string;
    locked: boolean;
    builder: string;
    uploadedBytes: number;
    buildMs: number;
    pushMs: number;
    besides: BesideEvidence | null;
    artifacts: readonly ArtifactEvidence[] | undefined;
    documents: readonly DocumentEvidence[];
  },
): BuildEvidence {
  const { config, access } = context;
  const { manifest, digest } = written;
  const reference = `${config.image.repository}@${digest}`;
  return {
    schema: 'https://ml-deploy.dev/schema/build-evidence-v1.json',
    stage: 'build',
    project: config.name,
    environment: config.environment,
    outcome: 'passed',
    summary: `Built ${reference} around the model ${facts.validated.model.digest}.`,
    modelDigest: facts.validated.model.digest,
    ...(facts.optimised === null ? {} : { optimised: facts.optimised }),
    server: config.server.type,
    image: {
      repository: config.image.repository,
      digest,
      reference,
      platform: plan.platform,
      bytes: imageBytes(manifest),
      layers: describeLayers(manifest.layers, plan.recipe, own),
      user: written.config.config?.User ?? '',
      locked: facts.locked,
    },
    ...(facts.besides === null ? {} : { weights: facts.besides }),
    ...(facts.artifacts === undefined ? {} : { artifacts: facts.artifacts }),
    volatile: {
      startedAt: facts.startedAt,
      endedAt: new Date().toISOString(),
      engine: access.engine,
      host: access.host,
      builder: facts.builder,
      uploadedBytes: facts.uploadedBytes,
      buildMs: facts.buildMs,
      pushMs: facts.pushMs,
      documents: facts.documents,
      ...(facts.comparison === null ? {} : { comparison: facts.comparison }),
    },
  };
}
