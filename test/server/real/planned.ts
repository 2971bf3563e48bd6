import { cpSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import { parseConfig } from '../../../src/config/load.ts';
import type { Config } from '../../../src/config/config.ts';
import { validateStage } from '../../../src/model/stage.ts';
import type { ValidateEvidence } from '../../../src/pipeline/evidence.ts';
import type { ImagePlan } from '../../../src/server/image-plan.ts';
import { serverOf } from '../../../src/server/index.ts';
import { project } from '../../image/project.ts';

/** A project with the image plan of its server. */
export interface Planned {
  readonly root: string;
  readonly config: Config;
  readonly evidence: ValidateEvidence;
  readonly plan: ImagePlan;
}

/** The plan of a project: its model is validated as ever. */
export async function planned(root: string, yaml: string): Promise<Planned> {
  const config = parseConfig(yaml, 'mldeploy.yaml', null);
  const context = { ...project({ root, repository: config.image.repository }), config };
  const evidence = await validateStage.run(context);
  return { root, config, evidence, plan: await serverOf(config).imagePlan(config, evidence, root) };
}

/** An image's files on this machine, below a folder instead of the root. */
export interface LaidOut {
  readonly home: string;
  /** A path, or an argument with one, as it is called here. */
  readonly here: (text: string) => string;
}

/**
 * Writes the trees and the model files of a plan below a new folder.
 * @param planned the project and its plan
 * @param rewrite changes the text of a file on the way, such as its ports
 */
export function layOut({ root, config, plan }: Planned, rewrite = (text: string): string => text): LaidOut {
  const home = mkdtempSync(join(tmpdir(), 'mldeploy-planned-'));
  const write = (path: string, content: string | Uint8Array): void => {
    mkdirSync(dirname(join(home, path)), { recursive: true });
    writeFileSync(join(home, path), typeof content === 'string' ? rewrite(content) : content);
  };
  for (const tree of plan.trees) {
    for (const { path, content } of tree.files) write(join(tree.path, path), content);
  }
  for (const { path, target } of plan.weights.files) {
    const inImage = target ?? join(plan.weights.path, path);
    cpSync(join(root, config.model.path, path), join(home, inImage), { recursive: true });
  }
  return { home, here: (text) => text.replace(/(^|=)(\/(?:models|model-store|model|config)\b)/, `$1${home}$2`) };
}
