import { randomUUID } from 'node:crypto';
import { lstat, mkdir, readdir, readFile, rename, rm, rmdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import type { LayerFile } from '../layer-content.ts';
import { hasCode, notOurs } from './fetch-problem.ts';
import { FolderLock, type LockOptions } from './folder-lock.ts';

/** Where a layer is written before its files are moved into the folder of the model. */
export interface Draft {
  /** Exists and is empty: for the files of the layer, and for nothing else. */
  readonly files: string;
  /** Beside them, so that no name in a model is the same. */
  readonly list: string;
  remove(): Promise<void>;
}

/** Name of the file that says whose files lie in the folder. */
const owner = 'manifest.json';
const draftName = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const listName = /^[0-9a-f]{64}\.json$/;

/** What is known of a folder that a model is fetched into; it lies beside that folder. */
export class FetchState {
  readonly #folder: string;

  private constructor(folder: string) {
    this.#folder = folder;
  }

  /**
   * Takes a folder for one model: that is written down before the first of its files is there. Who else fetches into it is waited for.
   * @param folder for the files of the model
   * @param state folder beside it
   * @param digest of the model's manifest
   * @param waiting how to wait
   * @param work with what is known of the folder, without the drafts of earlier tries
   * @returns what `work` returns
   * @throws MlDeployError `fetch/not-empty` when somebody's files are there, those of another model, or links
   */
  static async hold<T>(
    folder: string,
    state: string,
    digest: string,
    waiting: LockOptions,
    work: (state: FetchState) => Promise<T>,
  ): Promise<T> {
    await requireFolder(state);
    await mkdir(state, { recursive: true });
    const lock = await FolderLock.take(join(state, 'lock'), waiting);
    try {
      return await work(await FetchState.#take(folder, state, digest));
    } finally {
      await lock.release();
      // Of a refusal nothing is left.
      await rmdir(state).catch(() => undefined);
    }
  }

  static async #take(folder: string, state: string, digest: string): Promise<FetchState> {
    const inside = await entriesOf(folder);
    const known = await readFile(join(state, owner), 'utf8').catch(() => null);
    if (inside.length > 0 && known === null) {
      const names = inside.slice(0, 3).map(({ name }) => name);
      throw notOurs(folder, `files that were not fetched: ${names.join(', ')}`);
    }
    if (inside.length > 0 && known !== JSON.stringify(digest)) throw notOurs(folder, 'files of another model');
    for await (const { path, kind } of walk(folder))
      if (kind === 'other') throw notOurs(folder, `a link or a device that no model has: ${path}`);
    await removeOld(state, known === JSON.stringify(digest));
    const draft = join(state, `${owner}.${randomUUID()}`);
    await writeFile(draft, JSON.stringify(digest), { flag: 'wx' });
    await rename(draft, join(state, owner));
    return new FetchState(state);
  }

  /** A place for a layer. */
  async draft(): Promise<Draft> {
    const place = join(this.#folder, randomUUID());
    const files = join(place, 'files');
    await mkdir(files, { recursive: true });
    return { files, list: join(place, 'list.json'), remove: () => rm(place, { recursive: true }) };
  }

  /** Where the list of what a layer has is, once all of it is there. */
  listOf(layer: { readonly digest: string }): string {
    return join(this.#folder, `${layer.digest.replace('sha256:', '')}.json`);
  }

  /** What a layer has, as an earlier try has written it down; it proves nothing before its key is compared. */
  async listed(layer: { readonly digest: string }): Promise<LayerFile[] | null> {
    try {
      const found: unknown = JSON.parse(await readFile(this.listOf(layer), 'utf8'));
      // A node that lost power may have left anything: it is fetched again.
      return Array.isArray(found) && found.every(isLayerFile) ? found : null;
    } catch {
      return null;
    }
  }
}

function isLayerFile(found: unknown): found is LayerFile {
  if (typeof found !== 'object' || found === null) return false;
  const { path, size, sha256 } = found as Partial<Record<keyof LayerFile, unknown>>;
  return typeof path === 'string' && typeof size === 'number' && typeof sha256 === 'string';
}

/**
 * Makes the folders above a file; never through a link.
 * @param top folder that exists
 * @param path of the file, relative to it
 * @param made those that are known to be folders; added to
 * @throws MlDeployError `fetch/not-empty`
 */
export async function makeFoldersAbove(top: string, path: string, made: Set<string>): Promise<void> {
  const parts = path.split('/').slice(0, -1);
  for (let depth = 1; depth <= parts.length; depth++) {
    const parent = parts.slice(0, depth).join('/');
    if (made.has(parent)) continue;
    const place = join(top, parent);
    await mkdir(place).catch((error: unknown) => {
      if (!hasCode(error, 'EEXIST')) throw error;
    });
    if (!(await lstat(place)).isDirectory()) throw notOurs(top, `something else than a folder: ${parent}`);
    made.add(parent);
  }
}

/**
 * Compares a folder with what a model has.
 * @param folder that was written
 * @param files of the model, relative to it
 * @throws MlDeployError `fetch/not-empty` when it has anything else
 */
export async function requireNothingElse(folder: string, files: ReadonlySet<string>): Promise<void> {
  const folders = new Set<string>();
  for (const file of files)
    for (let end = file.lastIndexOf('/'); end > 0; end = file.lastIndexOf('/', end - 1)) {
      const parent = file.slice(0, end);
      if (folders.has(parent)) break;
      folders.add(parent);
    }
  for await (const { path, kind } of walk(folder)) {
    const known = kind === 'file' ? files.has(path) : kind === 'folder' && folders.has(path);
    if (!known) throw notOurs(folder, `files that the model does not have: ${path}`);
  }
}

/** All below a folder, without following links. */
async function* walk(folder: string): AsyncGenerator<{ path: string; kind: 'file' | 'folder' | 'other' }> {
  const waiting = [''];
  for (let below = waiting.pop(); below !== undefined; below = waiting.pop()) {
    for (const entry of await entriesOf(join(folder, below))) {
      const path = `${below}${entry.name}`;
      if (entry.isDirectory()) waiting.push(`${path}/`);
      yield { path, kind: entry.isFile() ? 'file' : entry.isDirectory() ? 'folder' : 'other' };
    }
  }
}

async function entriesOf(folder: string) {
  return readdir(folder, { withFileTypes: true }).catch((error: unknown) => {
    if (hasCode(error, 'ENOENT')) return [];
    throw error;
  });
}

async function requireFolder(state: string): Promise<void> {
  const found = await lstat(state).catch((error: unknown) => {
    if (hasCode(error, 'ENOENT')) return null;
    throw error;
  });
  if (found?.isDirectory() === false) throw notOurs(state, 'something else than what an earlier fetch left');
}

/** Layers that were not complete when an earlier try ended, and all that is known of another model. */
async function removeOld(state: string, same: boolean): Promise<void> {
  for (const { name } of await entriesOf(state))
    if (draftName.test(name) || name.startsWith(`${owner}.`) || (!same && listName.test(name)))
      await rm(join(state, name), { recursive: true, force: true });
}
