import type { Config } from '../config/config.ts';
import type { ValidateEvidence } from '../pipeline/evidence.ts';
import type { ImagePlan } from '../server/image-plan.ts';
import { serverOf } from '../server/index.ts';
import { withoutDropped } from './optimize/drop.ts';

/**
 * The image of a project: what its server needs around the model as it goes into the image, without the files that `optimize.drop` leaves
 * out. Build, lock and preflight ask here, so that all of them speak of the same image.
 * @param config of the project
 * @param model evidence of validate, or what `optimize` has made of it
 * @param root folder of mldeploy.yaml
 * @returns the plan, not yet pinned by the lock
 * @throws MlDeployError `build/no-loader`, `build/model-layout`, `build/file-missing`
 */
export async function plannedImage(config: Config, model: ValidateEvidence, root: string): Promise<ImagePlan> {
  return serverOf(config).imagePlan(config, withoutDropped(model, config), root);
}
