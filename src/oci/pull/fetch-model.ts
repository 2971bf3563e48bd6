import { mkdir, rename, statfs, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';

import { MlDeployError } from '../../errors.ts';
import { inLanes } from '../../lanes.ts';
import { diskNeed } from '../disk-need.ts';
import { contentKey } from '../layer-content.ts';
import type { Descriptor } from '../manifest.ts';
import { LayerProblem, readLayer } from '../read-layer.ts';
import type { RegistryClient } from '../registry.ts';
import { hashOfFile, LayerFiles } from './layer-files.ts';
import { altered, explained } from './fetch-problem.ts';
import { FetchState, makeFoldersAbove, requireNothingElse } from './fetch-state.ts';
import { readModelImage, type ModelLayer } from './read-model-image.ts';

/** Layers at a time. */
const parallel = 3;

/** What is told while a model is fetched. */
export interface FetchWatch {
  /** Called with the bytes of each piece that came or was found, and of all layers. */
  onBytes(bytes: number, total: number): void;
  /** Called once, when somebody else fetches into the same folder: that is waited for. */
  onWait?(): void;
  /** Ends the waiting; requests end with that of the client. */
  readonly signal?: AbortSignal;
}

/** A model that lies in its folder. */
export interface FetchedModel {
  /** As build's evidence names it. */
  readonly modelDigest: string;
  readonly files: number;
  /** Of its layers. */
  readonly bytes: number;
  /** Of these, what was there already and is what it should be. */
  readonly keptBytes: number;
}

/**
 * Writes the model of an image that `ml-deploy build` made of it (`image.weights`) into a folder. Every layer is compared with its digest,
 * and every file with the digest that the build knew of it, before it is moved into the folder. Layers that an earlier try has brought
 * are read and compared, and not fetched again: what it takes to know them lies beside the folder, in `<folder>.fetch`. Of several that
 * fetch into one folder at once the others wait for the first. Memory does not grow with the model.
 * @param client of the repository
 * @param digest of the image's manifest
 * @param place folder for the files
 * @param watch told of progress
 * @returns what lies there now
 * @throws MlDeployError `fetch/*`, `registry/*`
 */
export async function fetchModel(
  client: RegistryClient,
  digest: string,
  place: string,
  watch: FetchWatch,
): Promise<FetchedModel> {
  const image = await readModelImage(client, digest);
  const folder = resolve(place);
  const total = sizeOf(image.layers);
  const beside = join(dirname(folder), `${basename(folder)}.fetch`);
  const waiting = { signal: watch.signal ?? new AbortController().signal, onWait: () => watch.onWait?.() };
  try {
    return await FetchState.hold(folder, beside, digest, waiting, async (state) => {
      await mkdir(folder, { recursive: true });
      const work = new Fetching(client, image.path, folder, state, (bytes) => watch.onBytes(bytes, total));
      const kept: ModelLayer[] = [];
      for (const layer of image.layers) if (await work.isThere(layer)) kept.push(layer);
      const missing = image.layers.filter((layer) => !kept.includes(layer));
      if (missing.length > 0)
        await requireRoom(folder, Math.max(sizeOf(missing), (image.diskBytes ?? 0) - work.keptNeed));
      await inLanes(missing, parallel, (layer, check) => work.fetch(layer, check));
      await requireNothingElse(folder, work.paths);
      const keptBytes = sizeOf(kept);
      return { modelDigest: image.modelDigest, files: work.paths.size, bytes: total, keptBytes };
    });
  } catch (error) {
    throw explained(error, folder);
  }
}

/** Where the model is fetched to, layer by layer. */
class Fetching {
  readonly #client: RegistryClient;
  /** Folder of the model in its layers, `model/`. */
  readonly #prefix: string;
  readonly #folder: string;
  readonly #state: FetchState;
  readonly #onBytes: (bytes: number) => void;
  readonly #folders = new Set<string>();
  /** Files that are there, relative to the folder. */
  readonly paths = new Set<string>();
  /** What those that were there before take on the disk. */
  keptNeed = 0;

  constructor(
    client: RegistryClient,
    path: string,
    folder: string,
    state: FetchState,
    onBytes: (bytes: number) => void,
  ) {
    this.#client = client;
    this.#prefix = `${path.slice(1)}/`;
    this.#folder = folder;
    this.#state = state;
    this.#onBytes = onBytes;
  }

  /** Whether an earlier try has brought a layer, and all its files are still what they were. */
  async isThere(layer: ModelLayer): Promise<boolean> {
    const files = await this.#state.listed(layer);
    if (files === null || contentKey(files) !== layer.key) return false;
    for (const { path, size, sha256 } of files) {
      const found = await hashOfFile(join(this.#folder, this.#relative(path)), size);
      if (found !== sha256) return false;
    }
    for (const { path } of files) this.paths.add(this.#relative(path));
    this.keptNeed += diskNeed(files);
    this.#onBytes(layer.size);
    return true;
  }

  async fetch(layer: ModelLayer, check: () => void): Promise<void> {
    const draft = await this.#state.draft();
    const files = new LayerFiles(draft.files, this.#prefix);
    const onBytes = (bytes: number): void => {
      check();
      this.#onBytes(bytes);
    };
    try {
      await readLayer(layer, await this.#client.openBlob(layer.digest), (item) => files.open(item), onBytes);
    } catch (error) {
      files.abandon();
      throw error instanceof LayerProblem ? altered(`layer ${layer.digest} cannot be read: ${error.message}`) : error;
    }
    const { list } = files;
    if (contentKey(list) !== layer.key)
      throw altered(`the files of layer ${layer.digest} are not those that the build put into it`);
    for (const { path } of list) {
      const relative = this.#relative(path);
      await makeFoldersAbove(this.#folder, relative, this.#folders);
      await rename(join(draft.files, relative), join(this.#folder, relative));
      this.paths.add(relative);
    }
    await writeFile(draft.list, JSON.stringify(list));
    await rename(draft.list, this.#state.listOf(layer));
    await draft.remove();
  }

  #relative(path: string): string {
    return path.slice(this.#prefix.length);
  }
}

function sizeOf(layers: readonly Descriptor[]): number {
  return layers.reduce((sum, { size }) => sum + size, 0);
}

async function requireRoom(folder: string, needed: number): Promise<void> {
  const { bavail, bsize } = await statfs(folder);
  const room = bavail * bsize;
  if (needed <= room) return;
  throw new MlDeployError({
    code: 'fetch/no-room',
    kind: 'infrastructure',
    message: `the model needs ${needed} bytes, and there is room for ${room} in ${folder}`,
    hint: 'Free room on the disk of the node (ephemeral storage), or choose nodes that have more with deploy.nodeSelector.',
  });
}
