import { mkdir, mkdtemp, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** Folders of one build below `.mldeploy`. */
export interface Workspace {
  /** For the build context. */
  readonly folder: string;
  /** OCI layout, with the blobs of the last build if nobody else has them; need not exist. */
  readonly layout: string;
  /** Stays between builds, which share it. */
  readonly cache: string;
  /** Removes the folder; the layout stays for the next build. */
  close(): Promise<void>;
}

/** What a build that was killed left behind is removed by a later one, but never what may still be used. */
const abandonedMs = 24 * 3_600_000;

/**
 * Makes the folders of a build. Builds at the same time do not meet: the kept layout is moved, which only one of them can do.
 * @param root folder of mldeploy.yaml
 * @param name of the kept layout: builds with the same name share blobs
 * @returns the workspace, to be closed
 */
export async function openWorkspace(root: string, name = 'layout'): Promise<Workspace> {
  const parent = join(root, '.mldeploy');
  const cache = join(parent, 'cache');
  const kept = join(cache, name);
  await mkdir(cache, { recursive: true });
  await removeAbandoned(parent);
  const folder = await mkdtemp(join(parent, 'build-'));
  const layout = join(folder, 'layout');
  await moved(kept, layout);
  return {
    folder,
    layout,
    cache,
    async close() {
      // Another build may have put its own there meanwhile: one is enough.
      await moved(layout, kept);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function moved(from: string, to: string): Promise<boolean> {
  try {
    await rename(from, to);
    return true;
  } catch {
    return false; // it is not there, or another one is
  }
}

async function removeAbandoned(parent: string): Promise<void> {
  for (const name of await readdir(parent)) {
    const folder = join(parent, name);
    if (!name.startsWith('build-')) continue;
    const facts = await stat(folder).catch(() => null); // its own build may remove it just now
    if (facts?.isDirectory() === true && Date.now() - facts.mtimeMs > abandonedMs) {
      await rm(folder, { recursive: true, force: true });
    }
  }
}
