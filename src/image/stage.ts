import { resolve } from 'node:path';

import { MlDeployError } from '../errors.ts';
import { appendLayers, type WrittenImage } from '../oci/append.ts';
import { memoryBlob, type Blob } from '../oci/blob.ts';
import { findCredentials } from '../oci/credentials.ts';
import type { ReadableImage } from '../oci/image.ts';
import { mediaTypes } from '../oci/manifest.ts';
import { RegistryClient } from '../oci/registry.ts';
import { parseRepository } from '../oci/repository.ts';
import type {
  ArtifactEvidence,
  BuildEvidence,
  DocumentEvidence,
  OptimisedEvidence,
  ValidateEvidence,
} from '../pipeline/evidence.ts';
import type { Stage, StageContext } from '../pipeline/stage.ts';
import { plural } from '../plural.ts';
import type { ImagePlan } from '../server/image-plan.ts';
import { serverOf } from '../server/index.ts';
import { publishArtifacts } from './artifacts/index.ts';
import type { ModelLayer } from './artifacts/modelpack.ts';
import type { BuilderPlaces } from './builders/builder.ts';
import { chooseBuilder, type BuilderNeeds } from './builders/index.ts';
import { attachDocuments } from './documents/index.ts';
import { signingKey } from './documents/signing-key.ts';
import { checkFiles } from './files.ts';
import { explained } from './full-disk.ts';
import { contentAnnotation, tagPrefix } from './known-layers.ts';
import { checkLock, pinnedPlan } from './lock/index.ts';
import { describeLayers, type OwnLayer } from './layers.ts';
import { optimiseModel } from './optimise/index.ts';
import { pushBlobs } from './push.ts';
import { layersOfBuild } from './secrets/layers-of-build.ts';
import { refuseLeakedSecrets } from './secrets/scan.ts';
import { imageSettings } from './settings.ts';
import { treeLayers } from './trees.ts';
import { sendWeights } from './send-weights.ts';
import type { WeightLayer } from './weights.ts';
import { openWorkspace, type Workspace } from './workspace.ts';

/** Model files and server become an image in the registry; the evidence ties the model's digest to the image's. */
export const buildStage: Stage<BuildEvidence> = {
  name: 'build',
  preflight,
  run: (context) =>
    run(context).catch((error: unknown) => {
      throw explained(error);
    }),
};

async function preflight(context: StageContext): Promise<void> {
  const { config, signal } = context;
  const { image } = config;
  await checkFiles(context);
  await checkLock(context);
  if (image.sign !== null) await signingKey(image.sign, context.access.root);
  // What a server's steps take as secrets shows, before there is a plan, whether it installs packages.
  const { buildSecrets, dockerfile = false } = serverOf(config);
  const packages = buildSecrets?.includes('pipconf') ?? false;
  await chooseBuilder(image.builder, { dockerfile, packages }, placesOf(context), signal);
  await registryOf(context).checkPush();
}

async function run(context: StageContext): Promise<BuildEvidence> {
  const startedAt = new Date().toISOString();
  const validated = validatedModel(context);
  const { served, replaced, evidence: optimised } = await optimiseModel(context, validated);
  const planned = await serverOf(context.config).imagePlan(context.config, served, context.access.root);
  const { plan, locked } = await pinnedPlan(context, planned);
  const registry = registryOf(context);
  const weights = await sendWeights(context, plan, registry, validated.model.digest, replaced);
  const layers = [...(await codeLayers(plan)), ...weights.map(weightLayer)];
  const workspace = await openWorkspace(context.access.root);
  try {
    const built = await buildImage(context, plan, workspace);
    const written = putOnTop(context, plan, built.image, layers);
    const made = layersOfBuild(plan.recipe, built.image, layers);
    await refuseLeakedSecrets(context, made, [written.configBytes, written.manifestBytes]);
    const pushed = await pushImage(context, registry, built.image, layers, written, validated.model.digest);
    const about = { plan, image: built.image, written, validated: served, builder: built.builder, startedAt };
    const artifacts = await publishArtifacts(context, about, layers.filter(isWeights).map(modelLayer), registry);
    const documents = await attachDocuments(context, { ...about, artifacts }, registry);
    return evidence(context, plan, layers, written, {
      ...built,
      ...pushed,
      artifacts,
      documents,
      startedAt,
      validated,
      optimised,
      locked,
    });
  } finally {
    await workspace.close();
  }
}

/** A layer that our own writer puts on top of what the builder made. */
type Layer = OwnLayer & { readonly blob: Blob; readonly annotations?: Readonly<Record<string, string>> };

function weightLayer({ blob, title, key }: WeightLayer): Layer {
  return { kind: 'weights', blob, title, annotations: { [contentAnnotation]: key } };
}

const isWeights = ({ kind }: Layer): boolean => kind === 'weights';

function modelLayer({ blob: { digest, size }, title }: Layer): ModelLayer {
  return { digest, size, title };
}

async function codeLayers(plan: ImagePlan): Promise<Layer[]> {
  return (await treeLayers(plan.trees)).map(({ blob, title }) => ({ kind: 'code', blob, title }));
}

/** The evidence that allows a build: nothing is built from a model that was not found clean. */
function validatedModel(context: StageContext): ValidateEvidence {
  const { validate } = context.evidence;
  if (validate === undefined) {
    throw new MlDeployError({
      code: 'build/not-validated',
      kind: 'usage',
      message: `there is no evidence that ${context.config.model.path} was validated`,
      hint: 'Run ml-deploy validate first, or ml-deploy deploy, which does it all.',
    });
  }
  if (validate.outcome !== 'passed') {
    throw new MlDeployError({
      code: 'build/not-clean',
      kind: validate.outcome === 'failed' ? 'model' : 'inconclusive',
      message: `the validation of ${context.config.model.path} ended with ${validate.outcome}: ${validate.summary}`,
      hint: 'Look at the findings of ml-deploy validate; only a clean model is built.',
    });
  }
  return validate;
}

async function buildImage(
  context: StageContext,
  plan: ImagePlan,
  { folder, layout, cache }: Workspace,
): Promise<{ image: ReadableImage; builder: string; buildMs: number }> {
  const { config, access, reporter, signal } = context;
  const places = placesOf(context);
  const { builder, why } = await chooseBuilder(config.image.builder, needsOf(plan), places, signal);
  reporter.note('info', why);
  const task = reporter.task(`build the image with ${builder.name}`, { estimateMs: 60_000 });
  const began = performance.now();
  try {
    const image = await builder.build({
      recipe: plan.recipe,
      platform: plan.platform,
      folder,
      layout,
      cache,
      insecureHosts: config.image.insecure ? [parseRepository(config.image.repository).host] : [],
      places,
      secrets: config.image.secrets.map(({ id, file }) => ({ id, file: resolve(access.root, file) })),
      sourceDateEpoch: epochOf(context),
      signal,
      onStep: (step) => task.update(step),
      onLine: (line) => reporter.output(builder.name, line),
    });
    task.done();
    return { image, builder: builder.name, buildMs: Math.round(performance.now() - began) };
  } catch (error) {
    task.fail();
    throw error;
  }
}

function needsOf({ recipe }: ImagePlan): BuilderNeeds {
  return { dockerfile: recipe.kind === 'dockerfile', packages: recipe.kind === 'base' && recipe.packages !== null };
}

function putOnTop(
  context: StageContext,
  plan: ImagePlan,
  image: ReadableImage,
  layers: readonly Layer[],
): WrittenImage {
  return appendLayers(image, {
    layers: layers.map(({ kind, blob, title, annotations = {} }) => ({
      digest: blob.digest,
      size: blob.size,
      title,
      annotations,
      createdBy: `ml-deploy: ${kind === 'weights' ? 'model files' : kind} (${title})`,
    })),
    created: new Date(epochOf(context) * 1000).toISOString(),
    settings: imageSettings(plan, image.config.config),
  });
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
  const onSent = (): void => task.update(`${megabytes(registry.uploadedBytes)} sent`);
  try {
    const blobs = [
      ...image.manifest.layers.map((layer) => image.blob(layer)),
      // The weights are there already.
      ...layers.filter(({ kind }) => kind !== 'weights').map(({ blob }) => blob),
      memoryBlob(written.configBytes, written.manifest.config.digest),
    ];
    const sent = await pushBlobs(registry, blobs, onSent);
    await registry.putManifest(tagOf(modelDigest, written.digest), written.manifestBytes, mediaTypes.manifest);
    task.done(`${megabytes(registry.uploadedBytes)} sent: ${sent} of ${plural(blobs.length, 'blob')} were new`);
    return { uploadedBytes: registry.uploadedBytes, pushMs: Math.round(performance.now() - began) };
  } catch (error) {
    task.fail();
    throw error;
  }
}

/** A tag of its own for every image: without one some registries remove what is deployed. Deployments use the digest. */
function tagOf(modelDigest: string, imageDigest: string): string {
  const short = (digest: string): string => digest.replace('sha256:', '').slice(0, 12);
  return `${tagPrefix}${short(modelDigest)}-${short(imageDigest)}`;
}

function evidence(
  context: StageContext,
  plan: ImagePlan,
  own: readonly Layer[],
  written: WrittenImage,
  facts: {
    validated: ValidateEvidence;
    optimised: OptimisedEvidence | null;
    startedAt: string;
    locked: boolean;
    builder: string;
    uploadedBytes: number;
    buildMs: number;
    pushMs: number;
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
      bytes: manifest.config.size + manifest.layers.reduce((sum, { size }) => sum + size, 0),
      layers: describeLayers(manifest.layers, plan.recipe, own),
      user: written.config.config?.User ?? '',
      locked: facts.locked,
    },
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
    },
  };
}

function registryOf(context: StageContext): RegistryClient {
  const { config, access, reporter, signal } = context;
  const repository = parseRepository(config.image.repository);
  return new RegistryClient({
    repository,
    insecure: config.image.insecure,
    credentials: () => findCredentials(repository.host, access),
    signal,
    onRetry: (why) => reporter.note('debug', `${repository.host}: ${why}, trying again`),
  });
}

function placesOf({ access }: StageContext): BuilderPlaces {
  return { buildkit: access.buildkit, dockerConfig: access.dockerConfig, environment: access.environment };
}

/** SOURCE_DATE_EPOCH of the environment, else 0: the time that every file of the image has at most. */
function epochOf({ access }: StageContext): number {
  const told = access.environment['SOURCE_DATE_EPOCH'];
  return told !== undefined && /^\d{1,11}$/.test(told) ? Number(told) : 0;
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
