import { readdir, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { mediaTypes, type Descriptor, type Manifest } from '../manifest.ts';
import type { RegistryClient } from '../registry.ts';
import { checkedBytes, LayerProblem, readLayer, type LayerItem } from '../read-layer.ts';
import { ModelFolder, refused } from './model-folder.ts';

/** Where the path of a file stands: OCI artifacts and our own layers, the CNCF ModelPack specification. */
const titles = ['org.opencontainers.image.title', 'org.cncf.model.filepath'];
/** Where images of others have their models: KServe's modelcar, SageMaker, many servers. */
export const modelFolders = ['models/', 'model/', 'mnt/models/', 'opt/ml/model/'];
/** Of the free space of the temporary folder, what a model may take. */
const usableShare = 0.9;

/** What is known of the images of one index that were pulled. */
export class PulledModels {
  /** Each as the layers that it is of. */
  readonly models = new Set<string>();
  /** Whether a layer without a name has something of a model, by its digest. */
  readonly layers = new Map<string, boolean>();
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
  if (pulled.models.size > 0) await lookInto(client, layers, pulled);
  if (pulled.models.has(keyOf(chosen, pulled))) return null;
  const total = chosen.reduce((sum, { size }) => sum + size, 0);
  const room = await roomIn(folder);
  if (total > room) throw refused(`its layers have ${total} bytes, and there is room for ${room}`);
  const target = new ModelFolder(folder, room);
  for (const layer of chosen) {
    let isOf = false;
    const isNamed = titleOf(layer) !== null;
    const keep = (item: LayerItem): boolean => {
      const keeps = isNamed || isOfModel(item) || target.hasFolderOf(item.place);
      isOf ||= keeps;
      return keeps;
    };
    await pullLayer(client, layer, target, keep, (bytes) => onBytes(bytes, total));
    pulled.layers.set(layer.digest, isOf);
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

/** Reads layers that no other image has: most are of a base for another platform, with nothing of a model in them. */
async function lookInto(client: RegistryClient, layers: readonly Descriptor[], pulled: PulledModels): Promise<void> {
  for (const layer of layers) {
    if (pulled.layers.has(layer.digest) || titleOf(layer) !== null) continue;
    let isOf = false;
    await reading(layer, async () => {
      await readLayer(layer, await client.openBlob(layer.digest), (item) => {
        isOf ||= isOfModel(item);
        return null;
      });
    });
    pulled.layers.set(layer.digest, isOf);
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
    const sink = await target.file(title);
    for await (const chunk of checkedBytes(layer, stream, onBytes)) await sink.write(chunk);
    await sink.end();
  });
}

async function reading(layer: Descriptor, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    throw error instanceof LayerProblem ? refused(`the layer ${layer.digest} cannot be read: ${error.message}`) : error;
  }
}

/** Whether an entry of an image stands in one of the usual folders, as whoever unpacks the image cleans its path. */
function isOfModel({ place, kind }: LayerItem): boolean {
  const parts = place.split('/').filter((part) => part !== '' && part !== '.');
  if (parts.includes('..')) throw refused(`it has a file at ${JSON.stringify(place)}`);
  const path = parts.join('/');
  const above = path !== '' && modelFolders.some((folder) => folder.startsWith(`${path}/`));
  if (above && kind !== 'folder') throw refused(`/${path}, where models stand, is no folder`);
  return modelFolders.some((folder) => path.startsWith(folder));
}
