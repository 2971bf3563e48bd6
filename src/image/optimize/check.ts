import type { StageContext } from '../../pipeline/stage.ts';
import type { Builder } from '../builders/builder.ts';
import { withoutDropped } from './drop.ts';
import { onlyOnnx } from './onnx/index.ts';
import { questionsFor, wantedSteps } from './onnx/job.ts';
import { findPython } from './onnx/on-this-machine.ts';

/**
 * Finds, before anything is built, what `optimize` would fail for; without evidence of validate what depends on the model is left to the
 * build.
 * @param context of the stage
 * @param builder that was chosen
 * @throws MlDeployError `build/optimize-failed`, `smoke/golden`
 */
export async function checkOptimize(context: StageContext, builder: Builder): Promise<void> {
  const { config, access, evidence, signal } = context;
  if (wantedSteps(config.optimize) === null) return;
  const served = evidence.validate === undefined ? null : withoutDropped(evidence.validate, config);
  const found = served === null ? null : onlyOnnx(served.model.files);
  if (served !== null && found === null) return;
  await questionsFor(config, served?.contract ?? null, access.root);
  if (!builder.dockerfiles) await findPython(access.environment, signal);
}
