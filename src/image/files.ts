import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';

import { MlDeployError } from '../errors.ts';
import type { StageContext } from '../pipeline/stage.ts';
import { requirementsFacts } from '../server/fastapi/requirements.ts';

/**
 * Checks the files that the configuration names for the build, and warns when dependencies are not pinned.
 * @param context of the stage
 * @throws MlDeployError `build/file-missing`
 */
export async function checkFiles(context: StageContext): Promise<void> {
  const { server, image } = context.config;
  const { root } = context.access;
  if (server.entry !== null) await read(root, server.entry, 'server.entry');
  for (const { id, file } of image.secrets) await read(root, file, `image.secrets (${id})`);
  if (server.requirements === null) return;
  const facts = requirementsFacts(await read(root, server.requirements, 'server.requirements'));
  for (const { line, text } of facts.unpinned) {
    context.reporter.note(
      'warning',
      `${server.requirements}:${line}: ${text} has no exact version: another build may give another image`,
    );
  }
}

async function read(root: string, path: string, key: string): Promise<string> {
  try {
    return await readFile(resolve(root, path), 'utf8');
  } catch (cause) {
    throw new MlDeployError({
      code: 'build/file-missing',
      kind: 'usage',
      message: `${key} names ${path}, which cannot be read in ${root}`,
      hint: `Create ${path}, or correct ${key} in mldeploy.yaml.`,
      cause,
    });
  }
}
