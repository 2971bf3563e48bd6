import { resolve } from 'node:path';

import type { Config } from '../config/config.ts';
import { MlDeployError } from '../errors.ts';
import { appendLayers, type WrittenImage } from '../oci/append.ts';
import type { Blob } from '../oci/blob.ts';
import type { ReadableImage } from '../oci/image.ts';
import { contentAnnotation, weightsLabel } from '../oci/layer-content.ts';
import { absoluteReference } from '../oci/reference.ts';
import type { RegistryClient } from '../oci/registry.ts';
import type { ComparisonEvidence, OptimisedEvidence, ValidateEvidence } from '../pipeline/evidence.ts';
import type { StageContext } from '../pipeline/stage.ts';
import { platformName } from '../platform-name.ts';
import type { ImagePlan, Recipe } from '../server/image-plan.ts';
import { chooseBuilder } from './builders/index.ts';
import { needsOf } from './builders/needs.ts';
import { insecureHosts, placesOf } from './builders/places.ts';
import { isBeside, modelImage, type BesideModel } from './beside.ts';
import type { OwnLayer } from './layers.ts';
import { pinnedPlan } from './lock/index.ts';
import { optimiseModel, type Optimised } from './optimize/index.ts';
import { plannedImage } from './planned-image.ts';
import { perPlatform } from './platforms.ts';
import { sendWeights } from './send-weights.ts';
import { imageSettings } from './settings.ts';
import { sourceDateEpoch } from './source-date-epoch.ts';
import { treeLayers } from './trees.ts';
import type { WeightLayer } from './weights.ts';
import { openWorkspace, type Workspace } from './workspace.ts';

/** A layer that our own writer puts on top of what the builder made. */
export type Layer = OwnLayer & { readonly blob: Blob; readonly annotations?: Readonly<Record<string, string>> };

function weightLayer({ blob, title, key }: WeightLayer): Layer {
  return { kind: 'weights', blob, title, annotations: { [contentAnnotation]: key } };
}

/** An image that is made, and not yet published but for its weights. */
export interface MadeImage {
  readonly validated: ValidateEvidence;
  /** The model as it is in the image, after `optimize`. */
  readonly served: ValidateEvidence;
  readonly optimised: OptimisedEvidence | null;
  /** Answers before and after `optimize`. */
  readonly comparison: ComparisonEvidence | null;
  /** As the lock pins it. */
  readonly plan: ImagePlan;
  readonly locked: boolean;
  /** As the builder left it. */
  readonly image: ReadableImage;
  /** What is put on top of it. */
  readonly layers: readonly Layer[];
  /** Layers of the model's files, in the image or beside it. */
  readonly weights: readonly Layer[];
  /** The model, when it is not in the image (`image.weights`). */
  readonly beside: BesideModel | null;
  readonly written: WrittenImage;
  readonly builder: string;
  readonly buildMs: number;
}

/** How an image is made. */
export interface Making {
  /** Where new weights are sent while they are read; null: nowhere. */
  readonly registry: RegistryClient | null;
  /** Builds every step anew. */
  readonly noCache: boolean;
}

/**
 * Makes the images of a validated model, one for each platform, around the same layers of model files.
 * @param context of the stage
 * @param making where weights go, and whether caches count
 * @param use what is done with the images, in the order of their platforms, as long as their blobs can be read
 * @returns what `use` returns
 * @throws MlDeployError `build/*`, `registry/*`, `process/*`
 */
export async function withImages<T>(
  context: StageContext,
  making: Making,
  use: (made: readonly [MadeImage, ...MadeImage[]]) => Promise<T>,
): Promise<T> {
  const validated = validatedModel(context);
  const optimisation = await optimiseModel(context, validated, making);
  try {
    return await withModel(context, making, { validated, ...optimisation }, use);
  } finally {
    await optimisation.close();
  }
}

async function withModel<T>(
  context: StageContext,
  making: Making,
  {
    validated,
    served,
    replaced,
    evidence: optimised,
    comparison,
  }: Optimised & { readonly validated: ValidateEvidence },
  use: (made: readonly [MadeImage, ...MadeImage[]]) => Promise<T>,
): Promise<T> {
  const { config, access } = context;
  const [first, ...others] = await Promise.all(perPlatform(config).map((each) => planFor(context, each, served)));
  if (first === undefined) throw new TypeError('an image has a platform');
  // The model's files do not depend on the platform.
  const sent = await sendWeights(context, first.plan, making.registry, validated.model.digest, replaced);
  const weights = sent.map(weightLayer);
  const created = new Date(epochOf(context) * 1000).toISOString();
  const outside = config.image.weights !== 'image';
  const beside = outside
    ? await modelImage(first.plan, weights, validated.model.digest, created, config.image.platforms)
    : null;
  const model = { validated, served, optimised, comparison, weights, beside };
  const workspaces: Workspace[] = [];
  const make = async ({ plan, locked }: Planned, layout: string): Promise<MadeImage> => {
    const trees = outside ? plan.trees.filter((tree) => !isBeside(tree, plan)) : plan.trees;
    // A node unpacks a layer again when one below it is another: code, which changes most, lies above gigabytes that do not.
    const layers = [...(outside ? [] : weights), ...(await codeLayers(trees))];
    const workspace = await openWorkspace(access.root, layout);
    workspaces.push(workspace);
    const built = await buildImage(context, plan, workspace, making.noCache);
    const labels = { ...plan.labels, ...(beside === null ? {} : { [weightsLabel]: beside.digest }) };
    const written = putOnTop({ ...plan, labels }, built.image, layers, created);
    return { ...built, ...model, plan, locked, layers, written };
  };
  try {
    const made: [MadeImage, ...MadeImage[]] = [await make(first, 'layout')];
    for (const other of others) made.push(await make(other, `layout-${platformName(other.plan.platform)}`));
    return await use(made);
  } finally {
    for (const workspace of workspaces) await workspace.close();
  }
}

interface Planned {
  readonly plan: ImagePlan;
  readonly locked: boolean;
}

async function planFor(context: StageContext, config: Config, served: ValidateEvidence): Promise<Planned> {
  const { access } = context;
  return pinnedPlan({ config, access }, await plannedImage(config, served, access.root));
}

async function codeLayers(trees: ImagePlan['trees']): Promise<Layer[]> {
  return (await treeLayers(trees)).map(({ blob, title }) => ({ kind: 'code', blob, title }));
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
  noCache: boolean,
): Promise<{ image: ReadableImage; builder: string; buildMs: number }> {
  const { config, access, reporter, signal } = context;
  const places = placesOf(access);
  const { builder, why } = await chooseBuilder(config.image.builder, needsOf(config), places, signal);
  reporter.note('info', why);
  const which = config.image.platforms.length > 1 ? ` for ${plan.platform}` : '';
  const task = reporter.task(`build the image${which} with ${builder.name}`, { estimateMs: 60_000 });
  const began = performance.now();
  try {
    const image = await builder.build({
      recipe: absoluteRecipe(plan.recipe, access.root),
      platform: plan.platform,
      folder,
      layout,
      cache,
      insecureHosts: insecureHosts(config.image),
      mirrors: config.image.mirrors,
      places,
      secrets: config.image.secrets.map(({ id, file }) => ({ id, file: resolve(access.root, file) })),
      sourceDateEpoch: epochOf(context),
      noCache,
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

function absoluteRecipe(recipe: Recipe, root: string): Recipe {
  return recipe.kind === 'base' ? { ...recipe, base: absoluteReference(recipe.base, root) } : recipe;
}

function putOnTop(plan: ImagePlan, image: ReadableImage, layers: readonly Layer[], created: string): WrittenImage {
  return appendLayers(image, {
    layers: layers.map(({ kind, blob, title, annotations = {} }) => ({
      digest: blob.digest,
      size: blob.size,
      title,
      annotations,
      createdBy: `ml-deploy: ${kind === 'weights' ? 'model files' : kind} (${title})`,
    })),
    created,
    settings: imageSettings(plan, image.config.config),
  });
}

/** What the image says of its time: another one would be another digest at every build. */
function epochOf({ access }: StageContext): number {
  return sourceDateEpoch(access.environment) ?? 0;
}
