import { readdir, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { mediaTypes, type Descriptor, type Manifest } from '../manifest.ts';
import type { RegistryClient } from '../registry.ts';
import { checkedBytes, cleanPath, LayerProblem, readLayer, type LayerItem } from '../read-layer.ts';
import { ModelEntries } from './model-entries.ts';
import { ModelFolder, refused } from './model-folder.ts';
import { PathTree } from './path-tree.ts';

export { modelFolders } from './model-entries.ts';

/** Where the path of a file stands: OCI artifacts and our own layers, the CNCF ModelPack specification. */
const titles = ['org.opencontainers.image.title', 'org.cncf.model.filepath'];
const remake =
  'Make that layer anew and push the image again: docker build, buildah and tar (without -S) write what all unpackers read alike; if another program made it, trust it no further.';
/** Of the free space of the temporary folder, what a model may take. */
const usableShare = 0.9;

/** What is known of the images of one index that were pulled. */
export class PulledModels {
  /** Each as the layers that it is of. */
  readonly models = new Set<string>();
  /** Whether a layer without a name has something of a model, by its digest. */
  readonly layers = new Map<string, boolean>();
  /** What layers with names have in them, by their digests: an image of another platform may have links that lead it elsewhere. */
  readonly entries = new Map<string, readonly LayerItem[]>();
}

/**
 * Writes the model of an image or artifact into an empty folder: layers that name their files, and what other layers of an image have in the
 * usual folders or put beside those files. Every layer is checked against its digest.
 * @param client of the repository
 * @param image of the tag or digest
 * @param folder exists and is empty
 * @param pulled the models of other images of the same index
 * @param onBytes called with the number of bytes of each piece, and of all of them
 * @returns the folder of the model, below `folder`; null when the image has no model, or one that was pulled already
 * @throws MlDeployError `model/bad-image`, `registry/*`
 */
export async function pullModel(
  client: RegistryClient,
  image: Manifest,
  folder: string,
  pulled: PulledModels,
  onBytes: (bytes: number, total: number) => void,
): Promise<string | null> {
  const { layers } = image;
  const named = layers.filter((layer) => titleOf(layer) !== null);
  // Whatever runs an image unpacks all of them, so that one without a name may change what the others have.
  const chosen = named.length > 0 ? layers.filter((layer) => titleOf(layer) !== null || isImageLayer(layer)) : layers;
  const total = chosen.reduce((sum, { size }) => sum + size, 0);
  const watch = (bytes: number): void => onBytes(bytes, total);
  if (pulled.models.size > 0) await lookInto(client, chosen, pulled, () => watch(0));
  if (pulled.models.has(keyOf(chosen, pulled))) return null;
  const room = await roomIn(folder);
  if (total > room) throw refused(`its layers have ${total} bytes, and there is room for ${room}`);
  const target = new ModelFolder(folder, room);
  const entries = new ModelEntries((place) => target.hasFolderOf(place));
  for (const layer of chosen) {
    const kept: LayerItem[] = [];
    const isNamed = titleOf(layer) !== null;
    const keep = (item: LayerItem): boolean => {
      const keeps = entries.has(item, isNamed);
      if (keeps && isNamed) kept.push(item);
      if (keeps) pulled.layers.set(layer.digest, true);
      return keeps;
    };
    await pullLayer(client, layer, target, keep, watch);
    if (isNamed) pulled.entries.set(layer.digest, kept);
    if (!pulled.layers.has(layer.digest)) pulled.layers.set(layer.digest, false);
  }
  await target.finish();
  pulled.models.add(keyOf(chosen, pulled));
  return target.count > 0 ? topOf(folder) : null;
}

function isImageLayer({ mediaType }: Descriptor): boolean {
  return /^application\/vnd\.(oci\.image\.layer|docker\.image\.rootfs)\./.test(mediaType);
}

/** The layers of an image that its model is of. */
function keyOf(layers: readonly Descriptor[], pulled: PulledModels): string {
  const own = layers.filter(({ digest }) => pulled.layers.get(digest) !== false);
  return JSON.stringify(own.map((layer) => [layer.digest, layer.mediaType, titleOf(layer)]));
}

/**
 * Reads the layers without names of another image, most of them of a base for another platform, for anything of a model in them. Layers that
 * other images have as well are read again: with other layers below, links may lead what they have elsewhere.
 */
async function lookInto(
  client: RegistryClient,
  layers: readonly Descriptor[],
  pulled: PulledModels,
  onBytes: () => void,
): Promise<void> {
  const tree = new PathTree();
  const entries = new ModelEntries((place) => tree.hasFolderOf(place));
  for (const [number, layer] of layers.entries()) {
    const isNamed = titleOf(layer) !== null;
    let isOf = pulled.layers.get(layer.digest) === true;
    const look = (item: LayerItem): null => {
      if (!entries.has(item, isNamed)) return null;
      isOf = true;
      if (item.removes !== null) tree.mark(item.removes, number);
      else if (item.kind !== 'folder') tree.set(item.place, { layer: number, target: null });
      return null;
    };
    if (isNamed) {
      const known = pulled.entries.get(layer.digest);
      // It is of another model, which is pulled as a whole.
      if (known === undefined) return;
      known.forEach(look);
    } else {
      await reading(layer, async () => readLayer(layer, await client.openBlob(layer.digest), look, onBytes));
      pulled.layers.set(layer.digest, isOf);
    }
  }
}

/** The folder below which all files stand: an image has them at the path where its server looks. */
async function topOf(folder: string): Promise<string> {
  let top = folder;
  for (;;) {
    const [only, ...others] = await readdir(top, { withFileTypes: true });
    if (only?.isDirectory() !== true || others.length > 0) return top;
    top = join(top, only.name);
  }
}

async function roomIn(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder);
  return Math.floor(bavail * bsize * usableShare);
}

function titleOf({ annotations = {} }: Descriptor): string | null {
  return titles.map((name) => annotations[name]).find((title) => title !== undefined) ?? null;
}

async function pullLayer(
  client: RegistryClient,
  layer: Descriptor,
  target: ModelFolder,
  keep: (item: LayerItem) => boolean,
  onBytes: (bytes: number) => void,
): Promise<void> {
  target.begin();
  const stream = await client.openBlob(layer.digest);
  const title = titleOf(layer);
  const isTar = layer.mediaType === mediaTypes.layer || /[./]tar([.+](gzip|zstd))?$/.test(layer.mediaType);
  await reading(layer, async () => {
    if (isTar || title === null) {
      await readLayer(layer, stream, async (item) => (keep(item) ? target.open(item) : null), onBytes);
      return;
    }
    const place = cleanPath(title);
    keep({ path: title, place, kind: 'file', size: layer.size, target: '', removes: null });
    const sink = await target.file(title);
    for await (const chunk of checkedBytes(layer, stream, onBytes)) await sink.write(chunk);
    await sink.end();
  });
}

async function reading(layer: Descriptor, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof LayerProblem)) throw error;
    throw refused(`the layer ${layer.digest} cannot be read: ${error.message}`, remake);
  }
}
