import type { Config } from '../config/config.ts';
import { MlDeployError } from '../errors.ts';
import type { PodWeights } from '../kubernetes/objects/weights.ts';
import type { BuildEvidence } from './evidence.ts';
import { readNamedImage, unknownWeights, type Asking, type NamedImage } from './named-image.ts';
import type { Access } from './stage.ts';

type Engine = Pick<Access, 'engineImage'>;

/**
 * The image of ml-deploy itself that pods run: the watchdog, and the init container that fetches a model.
 * @param config of the project
 * @param access of the stage
 * @returns `reference@digest`; null when none is known
 */
export function engineImageOf(config: Config, access: Engine): string | null {
  return config.rollout.watchdog.image ?? access.engineImage;
}

/**
 * How the pods of a built image get their model.
 * @param config of the project
 * @param access of the stage
 * @param build evidence of the image
 * @returns null: it is in the image
 * @throws MlDeployError `pipeline/mismatch` when the image was built for something else than `image.weights` says now,
 * `pipeline/no-engine-image`
 */
export function podWeights(config: Config, access: Engine, build: BuildEvidence): PodWeights | null {
  const mode = config.image.weights;
  const { weights } = build;
  if ((mode === 'image') !== (weights === undefined)) {
    throw mismatch(mode, build.image.reference, weights === undefined ? 'inside' : 'beside it');
  }
  if (mode === 'image' || weights === undefined) return null;
  const { reference, path, bytes: packed, diskBytes: bytes = packed } = weights;
  return { mode, reference, path, bytes, engineImage: mode === 'init' ? requireEngine(config, access) : null };
}

/**
 * A model as large as nothing, to try whether the cluster takes such pods at all.
 * @param config of the project
 * @param access of the stage
 * @returns null: the model is in the image
 * @throws MlDeployError `pipeline/no-engine-image`
 */
export function exampleWeights(config: Config, access: Engine): PodWeights | null {
  const mode = config.image.weights;
  if (mode === 'image') return null;
  const reference = `${config.image.repository}@sha256:${'0'.repeat(64)}`;
  const engineImage = mode === 'init' ? requireEngine(config, access) : null;
  return { mode, reference, path: '/model', bytes: 0, engineImage };
}

/** What is known of an image that the user named. */
export interface NamedRelease extends Pick<NamedImage, 'platformDigests' | 'modelDigest'> {
  /** Null: the model is in the image. */
  readonly weights: PodWeights | null;
}

/**
 * How the pods of an image that was built elsewhere get their model: with `image.weights: init` or `volume` the registry is asked where
 * it is.
 * @param asking configuration, credentials and signal
 * @param image `repository@sha256:...`, as the user named it
 * @returns the same weights that the evidence of its build would give; for `image.weights: image` nothing is asked
 * @throws MlDeployError `pipeline/mismatch`, `pipeline/unknown-weights`, `pipeline/no-engine-image`
 */
export async function namedWeights(asking: AskingForPods, image: string): Promise<NamedRelease> {
  const { config, access } = asking;
  const mode = config.image.weights;
  if (mode === 'image') return { platformDigests: [], modelDigest: null, weights: null };
  try {
    const { platformDigests, readWeights } = await readNamedImage(asking, image);
    if (readWeights === null) throw mismatch(mode, image, 'inside');
    const { modelDigest, ...weights } = await readWeights();
    const engineImage = mode === 'init' ? requireEngine(config, access) : null;
    return { platformDigests, modelDigest, weights: { mode, ...weights, engineImage } };
  } catch (error) {
    throw unanswered(mode, image, error);
  }
}

/** What a look into the registry needs, and the engine image. */
export type AskingForPods = Asking & { readonly config: Config };

/**
 * Refuses an image that was built elsewhere when its pods would not get their model as the configuration says; nothing is changed.
 * A registry that this machine cannot read is no reason when the configuration says that the model is in the image: the nodes read it.
 * @param asking configuration, credentials and signal
 * @param image as the user named it
 * @returns what is known of it
 * @throws MlDeployError as namedWeights
 */
export async function checkNamedWeights(asking: AskingForPods, image: string): Promise<NamedRelease> {
  const { config, signal, reporter } = asking;
  if (config.image.weights !== 'image') return namedWeights(asking, image);
  const found = await readNamedImage(asking, image, false).catch((error: unknown) => {
    if (!(error instanceof MlDeployError) || signal.aborted) throw error;
    if (!/^(registry|model)\//.test(error.code)) throw error;
    const why = error.kind === 'interrupted' ? 'it does not answer' : error.message;
    reporter.note('info', `It is not known whether ${image} has its model inside, as image.weights says: ${why}`);
    return { platformDigests: [], modelDigest: null, readWeights: null };
  });
  if (found.readWeights !== null) throw mismatch('image', image, 'beside it');
  const { platformDigests, modelDigest } = found;
  return { platformDigests, modelDigest, weights: null };
}

/** The registry, and with it where the model is, cannot be read. */
function unanswered(mode: string, image: string, error: unknown): unknown {
  if (!(error instanceof MlDeployError) || error.kind === 'interrupted' || error.code.startsWith('pipeline/'))
    return error;
  const kind = error.kind === 'infrastructure' ? 'infrastructure' : 'usage';
  return unknownWeights(
    `image.weights is ${mode}, and the registry does not say where the model of ${image} is: ${error.message}`,
    `Give this machine a way to read it (docker login, DOCKER_CONFIG), or run without --image where the evidence of the build is (.mldeploy/ can be copied).${error.hint === undefined ? '' : ` ${error.hint}`}`,
    error,
    kind,
  );
}

function mismatch(mode: string, image: string, where: 'inside' | 'beside it'): MlDeployError {
  return new MlDeployError({
    code: 'pipeline/mismatch',
    kind: 'usage',
    message: `image.weights is ${mode}, and ${image} was built with the model ${where}`,
    hint: 'Set image.weights as it was when the image was built, or run `ml-deploy build` again, so that image and configuration fit.',
  });
}

function requireEngine(config: Config, access: Engine): string {
  const image = engineImageOf(config, access);
  if (image !== null) return image;
  throw new MlDeployError({
    code: 'pipeline/no-engine-image',
    kind: 'usage',
    message:
      'image.weights is init, and the init container that fetches the model runs the engine image (ml-deploy itself, as an image that the cluster can pull); none is named.',
    hint: 'Name it by digest in rollout.watchdog.image, --engine-image or MLDEPLOY_ENGINE_IMAGE; `node scripts/engine-image.ts --repository HOST/NAME` in a clone of ml-deploy makes one.',
  });
}
