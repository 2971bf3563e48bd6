import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';

import { MlDeployError } from '../errors.ts';

/**
 * Reads a file that the configuration names.
 * @param root folder of mldeploy.yaml
 * @param path of the file, relative to it
 * @param key of the configuration that names it, for the message
 * @returns its text
 * @throws MlDeployError `build/file-missing`; `build/not-utf8` for a text that would be another one in the image
 */
export async function readProjectFile(root: string, path: string, key: string): Promise<string> {
  let content: Buffer;
  try {
    content = await readFile(resolve(root, path));
  } catch (cause) {
    throw new MlDeployError({
      code: 'build/file-missing',
      kind: 'usage',
      message: `${key} names ${path}, which cannot be read in ${root}`,
      hint: `Create ${path}, or correct ${key} in mldeploy.yaml.`,
      cause,
    });
  }
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(content);
  } catch (cause) {
    throw new MlDeployError({
      code: 'build/not-utf8',
      kind: 'usage',
      message: `${key} names ${path}, which is not UTF-8`,
      hint: `Save ${path} as UTF-8: \`iconv -f latin1 -t utf-8 ${path}\` does it for Latin-1.`,
      cause,
    });
  }
}
