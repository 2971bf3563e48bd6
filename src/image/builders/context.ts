import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import type { ImagePlan } from '../../server/image-plan.ts';

/**
 * Writes Dockerfile and build context, with permissions that do not depend on the umask.
 * @param plan whose files are written
 * @param folder existing folder
 * @returns the context folder; the Dockerfile lies beside it in `dockerfile/`
 */
export async function writeContext(plan: ImagePlan, folder: string): Promise<{ context: string; dockerfile: string }> {
  const context = join(folder, 'context');
  const dockerfile = join(folder, 'dockerfile');
  await makeFolder(context);
  await makeFolder(dockerfile);
  await writeFile(join(dockerfile, 'Dockerfile'), plan.dockerfile);
  for (const file of plan.context) {
    const path = join(context, file.path);
    await makeFolders(context, dirname(path));
    await writeFile(path, file.content);
    await chmod(path, file.mode ?? 0o644);
  }
  return { context, dockerfile };
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
