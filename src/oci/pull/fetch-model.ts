import { randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, statfs, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';

import { MlDeployError } from '../../errors.ts';
import { contentAnnotation, contentKey, modelAnnotations, type LayerFile } from '../layer-content.ts';
import { mediaTypes, type Descriptor } from '../manifest.ts';
import { parseManifest } from '../parse.ts';
import { LayerProblem, readLayer } from '../read-layer.ts';
import type { RegistryClient } from '../registry.ts';
import { hashOfFile, LayerFiles } from './layer-files.ts';
import { altered, explained, notAModel } from './fetch-problem.ts';

/** Layers at a time. */
const parallel = 3;

/** What is told while a model is fetched. */
export interface FetchWatch {
  /** Called with the bytes of each piece that came or was found, and of all layers. */
  onBytes(bytes: number, total: number): void;
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

/** A layer of model files, with the key of its content. */
interface ModelLayer extends Descriptor {
  readonly key: string;
}

/**
 * Writes the model of an image that `ml-deploy build` made of it (`image.weights`) into a folder. Every layer is compared with its digest,
 * and every file with the digest that the build knew of it, before it is moved into the folder. Layers that an earlier try has brought
 * are read and compared, and not fetched again: what it takes to know them lies beside the folder, in `<folder>.fetch`. Memory does not
 * grow with the model.
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
  const image = await modelImage(client, digest);
  const folder = resolve(place);
  const state = join(dirname(folder), `${basename(folder)}.fetch`);
  const total = image.layers.reduce((sum, { size }) => sum + size, 0);
  const work = new Fetching(client, image.path, folder, state, (bytes) => watch.onBytes(bytes, total));
  try {
    await refuseForeignFiles(folder, state, image.layers);
    await mkdir(folder, { recursive: true });
    await mkdir(state, { recursive: true });
    await removeDrafts(state);
    const kept: ModelLayer[] = [];
    for (const layer of image.layers) if (await work.isThere(layer)) kept.push(layer);
    const missing = image.layers.filter((layer) => !kept.includes(layer));
    await requireRoom(folder, missing);
    await inLanes(missing, (layer, check) => work.fetch(layer, check));
    const keptBytes = kept.reduce((sum, { size }) => sum + size, 0);
    return { modelDigest: image.modelDigest, files: work.files, bytes: total, keptBytes };
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
  readonly #state: string;
  readonly #onBytes: (bytes: number) => void;
  /** Files that are there. */
  files = 0;

  constructor(client: RegistryClient, path: string, folder: string, state: string, onBytes: (bytes: number) => void) {
    this.#client = client;
    this.#prefix = `${path.slice(1)}/`;
    this.#folder = folder;
    this.#state = state;
    this.#onBytes = onBytes;
  }

  /** Whether an earlier try has brought a layer, and all its files are still what they were. */
  async isThere(layer: ModelLayer): Promise<boolean> {
    const files = await this.#listed(layer);
    if (files === null || contentKey(files) !== layer.key) return false;
    for (const { path, size, sha256 } of files) {
      const found = await hashOfFile(join(this.#folder, path.slice(this.#prefix.length)), size);
      if (found !== sha256) return false;
    }
    this.files += files.length;
    this.#onBytes(layer.size);
    return true;
  }

  async fetch(layer: ModelLayer, check: () => void): Promise<void> {
    const draft = join(this.#state, randomUUID());
    await mkdir(draft);
    const files = new LayerFiles(draft, this.#prefix);
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
      const relative = path.slice(this.#prefix.length);
      const target = join(this.#folder, relative);
      await mkdir(dirname(target), { recursive: true });
      await rename(join(draft, relative), target);
    }
    await writeFile(join(draft, 'list'), JSON.stringify(list));
    await rename(join(draft, 'list'), this.#listOf(layer));
    await rm(draft, { recursive: true });
    this.files += list.length;
  }

  /** What a layer has, as an earlier try has written it down; it proves nothing before its key is compared. */
  async #listed(layer: ModelLayer): Promise<LayerFile[] | null> {
    try {
      const list = JSON.parse(await readFile(this.#listOf(layer), 'utf8')) as LayerFile[];
      return list.every(({ path }) => path.startsWith(this.#prefix)) ? list : null;
    } catch {
      return null;
    }
  }

  #listOf(layer: ModelLayer): string {
    return join(this.#state, listName(layer));
  }
}

async function modelImage(
  client: RegistryClient,
  digest: string,
): Promise<{ path: string; modelDigest: string; layers: ModelLayer[] }> {
  const found = await client.getManifest(digest);
  if (found === null) {
    throw new MlDeployError({
      code: 'fetch/no-model',
      kind: 'infrastructure',
      message: `the repository has no model ${digest}`,
      hint: 'It was removed from the registry, or never pushed there: run ml-deploy build again, and keep images that are deployed.',
    });
  }
  const manifest = parseManifest(found.content, `the manifest of the model ${digest}`);
  if ('manifests' in manifest) throw notAModel(digest, 'it is an index of several images');
  const { annotations = {}, layers } = manifest;
  const path = annotations[modelAnnotations.path];
  const modelDigest = annotations[modelAnnotations.digest];
  if (path === undefined || modelDigest === undefined || !/^(\/[^/]+)+$/.test(path))
    throw notAModel(digest, `it has no annotation ${modelAnnotations.path}`);
  const known = layers.map((layer): ModelLayer => {
    const key = layer.annotations?.[contentAnnotation];
    if (key === undefined || layer.mediaType !== mediaTypes.layer)
      throw notAModel(digest, `layer ${layer.digest} does not say which files it has`);
    return { ...layer, key };
  });
  return { path, modelDigest, layers: known };
}

/** Somebody's files are never overwritten, and never taken for the model's; nor are those of another model. */
async function refuseForeignFiles(folder: string, state: string, layers: readonly ModelLayer[]): Promise<void> {
  const inside = await readdir(folder).catch(() => []);
  if (inside.length === 0) return;
  const begun = await readdir(state).catch(() => null);
  const ours = new Set(layers.map(listName));
  const others = (begun ?? []).filter((name) => name.endsWith('.json') && !ours.has(name));
  if (begun !== null && others.length === 0) return;
  const what =
    begun === null ? `files that were not fetched: ${inside.slice(0, 3).join(', ')}` : 'files of another model';
  throw new MlDeployError({
    code: 'fetch/not-empty',
    kind: 'usage',
    message: `${folder} has ${what}`,
    hint: 'Name a folder in --to that is empty or does not exist.',
  });
}

/** Name of the list of what a layer has. */
function listName({ digest }: Descriptor): string {
  return `${digest.replace('sha256:', '')}.json`;
}

/** Layers that were not complete when an earlier try ended. */
async function removeDrafts(state: string): Promise<void> {
  for (const entry of await readdir(state, { withFileTypes: true }))
    if (entry.isDirectory()) await rm(join(state, entry.name), { recursive: true, force: true });
}

async function requireRoom(folder: string, layers: readonly Descriptor[]): Promise<void> {
  const needed = layers.reduce((sum, { size }) => sum + size, 0);
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

/** The first failure ends the others at their next piece. */
async function inLanes(
  layers: readonly ModelLayer[],
  work: (layer: ModelLayer, check: () => void) => Promise<void>,
): Promise<void> {
  const waiting = [...layers];
  const failures: unknown[] = [];
  const check = (): void => {
    if (failures.length > 0) throw failures[0];
  };
  const lane = async (): Promise<void> => {
    for (let layer = waiting.shift(); layer !== undefined && failures.length === 0; layer = waiting.shift()) {
      await work(layer, check).catch((error: unknown) => failures.push(error));
    }
  };
  await Promise.all(Array.from({ length: parallel }, lane));
  check();
}
