import type { ValidateEvidence } from './evidence.ts';
import { silentReporter } from './reporter.ts';
import type { StageContext } from './stage.ts';

/**
 * What validate says about a file that a later stage has made of the model: the same rules, told to nobody.
 * @param context of the later stage
 * @param path absolute path
 * @returns its evidence, whatever the outcome
 */
export async function revalidate(context: StageContext, path: string): Promise<ValidateEvidence> {
  const { config } = context;
  const { validateStage } = await import('../model/stage.ts');
  // What is said about the whole model, such as its signature and the release before, is not about this file.
  const model = { ...config.model, path, previous: null, requireSignature: null, maxBytes: null, maxGrowth: null };
  return validateStage.run({ ...context, config: { ...config, model }, evidence: {}, reporter: silentReporter });
}
