import { readFile } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';

import type { FileEvidence } from '../../pipeline/evidence.ts';
import { ignoreRules, patternSource } from './dockerfile/ignore.ts';

/**
 * Which model files a source of COPY brings along.
 * @param context absolute folder of the build context
 * @param dockerfile absolute path: an ignore file beside it comes before the context's own
 * @param model absolute path of the model
 * @param files of the model; without them the model's own path stands for them
 * @returns paths relative to the context, for a source relative to it
 */
export async function modelFilesInContext(
  context: string,
  dockerfile: string,
  model: string,
  files: readonly Pick<FileEvidence, 'path'>[] | null,
): Promise<(source: string) => readonly string[]> {
  const ignored = ignoreRules(await ignoreText(dockerfile, context));
  const top = relative(context, model).split(sep).join('/');
  const outside = top === '..' || top.startsWith('../');
  const single = files?.length === 1 && model.endsWith(`/${files[0]?.path ?? ''}`);
  const below = files === null || single ? [top] : files.map(({ path }) => (top === '' ? path : `${top}/${path}`));
  const present = outside ? [] : below.filter((path) => path !== '' && !ignored(path));
  return (source) => {
    const cleaned = source
      .split('/')
      .filter((part) => part !== '' && part !== '.')
      .join('/');
    // A source is a file, or a folder with all below it; or the model is a folder and the source a part of it.
    const matches = cleaned === '' ? /^/ : new RegExp(`^${patternSource(cleaned)}(/|$)`, 's');
    return present.filter((path) => matches.test(path) || cleaned.startsWith(`${path}/`));
  };
}

/**
 * The rules that keep files out of a build context.
 * @param dockerfile absolute path: an ignore file beside it comes before the context's own
 * @param context absolute folder of the build context
 * @returns text of the file that counts; empty when there is none
 */
export async function ignoreText(dockerfile: string, context: string): Promise<string> {
  return (await readIfThere(`${dockerfile}.dockerignore`)) ?? (await readIfThere(join(context, '.dockerignore'))) ?? '';
}

async function readIfThere(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8');
  } catch {
    return null;
  }
}
