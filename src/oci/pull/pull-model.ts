import { readdir, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { MlDeployError } from '../../errors.ts';
import { mediaTypes, type Descriptor, type Manifest } from '../manifest.ts';
import { parseManifest } from '../parse.ts';
import type { RegistryClient } from '../registry.ts';
import { checkedBytes, LayerProblem, readLayer, type LayerItem } from '../read-layer.ts';
import { ModelFolder, refused } from './model-folder.ts';

/** Where the path of a file stands: OCI artifacts and our own layers, the CNCF ModelPack specification. */
const titles = ['org.opencontainers.image.title', 'org.cncf.model.filepath'];
/** Where images of others have their models: KServe's modelcar, SageMaker, many servers. */
const modelFolders = ['models/', 'model/', 'mnt/models/', 'opt/ml/model/'];
/** Of the free space of the temporary folder, what a model may take. */
const usableShare = 0.9;

/**
 * Writes the model of an image or artifact into an empty folder: layers that name their files, else what stands in the usual folders of an
 * image. Every layer is checked against its digest.
 * @param client of the repository
 * @param reference tag or digest
 * @param folder exists and is empty
 * @param onBytes called with the number of bytes of each piece, and of all of them
 * @returns the folder of the model, below `folder`
 * @throws MlDeployError `model/no-image`, `model/no-model-in-image`, `model/bad-image`, `registry/*`
 */
export async function pullModel(
  client: RegistryClient,
  reference: string,
  folder: string,
  onBytes: (bytes: number, total: number) => void,
): Promise<string> {
  const { layers } = await imageManifest(client, reference);
  const named = layers.filter((layer) => titleOf(layer) !== null);
  const chosen = named.length > 0 ? named : layers;
  const total = chosen.reduce((sum, { size }) => sum + size, 0);
  const room = await roomIn(folder);
  if (total > room) throw refused(`its layers have ${total} bytes, and there is room for ${room}`);
  const target = new ModelFolder(folder, room);
  for (const layer of chosen) {
    await pullLayer(client, layer, target, named.length > 0, (bytes) => onBytes(bytes, total));
  }
  await target.finish();
  if (target.count > 0) return topOf(folder);
  throw new MlDeployError({
    code: 'model/no-model-in-image',
    kind: 'usage',
    message: `the image ${reference} has no layer that names its files, and nothing in /${modelFolders.join(', /')}`,
    hint: 'Name an image that ml-deploy has built, an OCI artifact of model files, or an image with the model in one of these folders.',
  });
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

async function imageManifest(client: RegistryClient, reference: string): Promise<Manifest> {
  const found = await client.getManifest(reference);
  if (found === null) {
    throw new MlDeployError({
      code: 'model/no-image',
      kind: 'usage',
      message: `there is no image ${reference} in the repository`,
      hint: 'Check the name and the tag or digest: oci://host/path:tag, oci://host/path@sha256:...',
    });
  }
  const document = parseManifest(found.content, `the manifest of the model's image ${reference}`);
  if (!('manifests' in document)) return document;
  // An index: the model is the same on every platform.
  const images = document.manifests.filter(({ platform }) => platform?.os !== 'unknown');
  const image = images.find(({ platform }) => platform?.architecture === 'amd64') ?? images[0];
  if (image === undefined) throw refused('its index names no image');
  return imageManifest(client, image.digest);
}

function titleOf({ annotations = {} }: Descriptor): string | null {
  return titles.map((name) => annotations[name]).find((title) => title !== undefined) ?? null;
}

async function pullLayer(
  client: RegistryClient,
  layer: Descriptor,
  target: ModelFolder,
  isModel: boolean,
  onBytes: (bytes: number) => void,
): Promise<void> {
  target.begin();
  const stream = await client.openBlob(layer.digest);
  const title = titleOf(layer);
  const isTar = layer.mediaType === mediaTypes.layer || /[./]tar([.+](gzip|zstd))?$/.test(layer.mediaType);
  const keep = (item: LayerItem): boolean => isModel || isOfModel(item);
  try {
    if (isTar || title === null) {
      await readLayer(layer, stream, async (item) => (keep(item) ? target.open(item) : null), onBytes);
      return;
    }
    const sink = await target.file(title);
    for await (const chunk of checkedBytes(layer, stream, onBytes)) await sink.write(chunk);
    await sink.end();
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
