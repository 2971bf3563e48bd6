import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';

import { MlDeployError } from '../errors.ts';

/**
 * Reads a file that the configuration names.
 * @param root folder of mldeploy.yaml
 * @param path of the file, relative to it
 * @param key of the configuration that names it, for the message
 * @returns its text
 * @throws MlDeployError `build/file-missing`
 */
export async function readProjectFile(root: string, path: string, key: string): Promise<string> {
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
