import type { Config } from '../config/config.ts';
import { MlDeployError } from '../errors.ts';
import type { PodWeights } from '../kubernetes/objects/weights.ts';
import type { BuildEvidence } from './evidence.ts';
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
    throw new MlDeployError({
      code: 'pipeline/mismatch',
      kind: 'usage',
      message: `image.weights is ${mode}, and ${build.image.reference} was built with the model ${weights === undefined ? 'inside' : 'beside it'}`,
      hint: 'Run `ml-deploy build` again, so that image and configuration fit.',
    });
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

/**
 * Refuses an image that was built elsewhere when its model is beside it: nobody says where.
 * @param config of the project
 * @param image as the user named it
 * @throws MlDeployError `pipeline/unknown-weights`
 */
export function refuseUnknownWeights(config: Config, image: string): void {
  if (config.image.weights === 'image') return;
  throw new MlDeployError({
    code: 'pipeline/unknown-weights',
    kind: 'usage',
    message: `image.weights is ${config.image.weights}, and ${image} alone does not say where its model is`,
    hint: 'Run without --image where the evidence of the build is (.mldeploy/ can be copied), or build with image.weights: image.',
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
