import type { Config } from '../config/config.ts';
import { MlDeployError } from '../errors.ts';
import { checkCuda } from '../gpu/cuda-compatibility.ts';
import type { ImagePlan } from '../server/image-plan.ts';

/** What is said about the base before anything is built. */
export interface BaseNotes {
  /** Why it is this one, and what nodes need. */
  readonly notes: readonly string[];
  readonly warnings: readonly string[];
}

/**
 * Explains the base of a plan and checks what it has of CUDA against packages and nodes.
 * @param plan whose base it is
 * @param config says whether the base was chosen, and for which nodes
 * @throws MlDeployError `build/cuda-driver` when the selected nodes cannot run it
 */
export function baseNotes(plan: ImagePlan, config: Config): BaseNotes {
  const { recipe } = plan;
  if (recipe.kind === 'dockerfile') return { notes: [], warnings: [] };
  const { base, packages } = recipe;
  const report = checkCuda({
    base,
    requirements: packages?.requirements.map(({ text }) => text) ?? [],
    nodeSelector: config.deploy.nodeSelector,
  });
  if (report.conflict !== null) {
    throw new MlDeployError({
      code: 'build/cuda-driver',
      kind: 'usage',
      message: report.conflict,
      hint: 'Select nodes with a newer driver, or packages for an older CUDA.',
    });
  }
  const { driver } = report;
  return {
    notes: [
      ...(packages !== null && /(^|\/)python:[^/]*slim/.test(base)
        ? [`base ${base}: Python and the C library that wheels are made for; no compiler, which only building needs`]
        : []),
      ...(driver === null
        ? []
        : [
            `nodes need an NVIDIA driver of version ${driver.minimum} or later: CUDA ${driver.because.major} (${driver.because.from})`,
          ]),
    ],
    warnings: report.warnings,
  };
}
