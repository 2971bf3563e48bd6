import { chmod, copyFile, mkdir, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

import { ignoreText } from '../../server/custom/context.ts';
import type { Recipe } from '../../server/image-plan.ts';
import { renderDockerfile } from '../dockerfile.ts';

/** What a builder of Dockerfiles reads; absolute paths. */
export interface BuildContext {
  readonly context: string;
  readonly dockerfile: string;
  readonly target: string | null;
  readonly args: Readonly<Record<string, string>>;
  /** Lies beside the Dockerfile as `<name>.dockerignore`; null where the context's own counts. */
  readonly ignore: string | null;
}

/**
 * Writes Dockerfile and build context of a recipe, with permissions that do not depend on the umask. The user's own context stays where it
 * is; their Dockerfile is copied where something is left out of the context that their ignore file may not name.
 * @param recipe what is built
 * @param folder existing folder
 * @param link whether the builder knows `COPY --link`
 * @returns where the builder finds them
 */
export async function writeContext(recipe: Recipe, folder: string, link: boolean): Promise<BuildContext> {
  if (recipe.kind === 'dockerfile') {
    const { context, file, target, args, excluded } = recipe;
    if (excluded.length === 0) return { context, dockerfile: file, target, args, ignore: null };
    const dockerfile = join(folder, basename(file));
    const ignore = `${dockerfile}.dockerignore`;
    await copyFile(file, dockerfile);
    await writeFile(ignore, `${await ignoreText(file, context)}\n${excluded.map(pattern).join('')}`);
    return { context, dockerfile, target, args, ignore };
  }
  const rendered = await renderDockerfile(recipe, link);
  const context = join(folder, 'context');
  const dockerfile = join(folder, 'Dockerfile');
  await makeFolder(context);
  await writeFile(dockerfile, rendered.dockerfile);
  for (const file of rendered.context) {
    const path = join(context, file.path);
    await makeFolders(context, dirname(path));
    await writeFile(path, file.content);
    await chmod(path, file.mode ?? 0o644);
  }
  return { context, dockerfile, target: null, args: {}, ignore: null };
}

/** A line that means this path and all below it, whatever the path is called. */
function pattern(path: string): string {
  return `/${path.replaceAll(/[\\*?[]/g, '\\$&')}\n`;
}

async function makeFolders(top: string, folder: string): Promise<void> {
  if (folder === top) return;
  await makeFolders(top, dirname(folder));
  await makeFolder(folder);
}

async function makeFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  await chmod(folder, 0o755);
}
