import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { MlDeployError } from '../errors.ts';
import { contentAnnotation } from '../oci/layer-content.ts';
import type { ImageIndex, Manifest } from '../oci/manifest.ts';
import type { RegistryClient } from '../oci/registry.ts';
import { replaceFile } from '../replace-file.ts';

/** Tags of images, and of models beside their images, begin so; the digest of the model follows. */
export const tagPrefixes = { image: 'model-', model: 'weights-' } as const;

/** Images of a repository that are looked at. */
const examined = 12;
/** Layers that the folder remembers. */
const remembered = 1000;

/** What layers of earlier builds are called. Hints, not facts: who uses one reads the files and compares. */
export interface KnownLayers {
  /** Content key -> layer digest. */
  readonly digests: ReadonlyMap<string, string>;
  /** Nothing else can be in the repository that this project's builds have put there. */
  readonly complete: boolean;
}

/**
 * Layers that this folder has built before.
 * @param cache folder `.mldeploy/cache`
 * @returns content key -> layer digest; empty when there are none, or they cannot be read
 */
export async function recallLayers(cache: string): Promise<Map<string, string>> {
  try {
    const { layers } = JSON.parse(await readFile(file(cache), 'utf8')) as { layers: Record<string, unknown> };
    const good = (entry: [string, unknown]): entry is [string, string] =>
      /^[0-9a-f]{64}$/.test(entry[0]) && typeof entry[1] === 'string' && /^sha256:[0-9a-f]{64}$/.test(entry[1]);
    return new Map(Object.entries(layers).filter(good));
  } catch {
    return new Map();
  }
}

/**
 * Keeps what was built for later builds; what cannot be written is done without.
 * @param cache folder `.mldeploy/cache`
 * @param layers content key -> layer digest
 */
export async function rememberLayers(cache: string, layers: ReadonlyMap<string, string>): Promise<void> {
  const before = await recallLayers(cache);
  if ([...layers].every(([key, digest]) => before.get(key) === digest)) return;
  for (const key of layers.keys()) before.delete(key); // the latest stand last
  const all = [...before, ...layers].slice(-remembered);
  const path = file(cache);
  try {
    await replaceFile(path, `${JSON.stringify({ layers: Object.fromEntries(all) }, null, 1)}\n`);
  } catch {
    // The next build reads a little more.
  }
}

/**
 * Layers of the images that this project has in the repository: a machine that built nothing before need not send them again.
 * @param registry of the repository
 * @param modelDigest the same model's images are looked at first
 * @param wanted content keys; the search ends when all are found
 * @returns what was found; never throws for a registry that gives no answer to such questions
 */
export async function layersInRepository(
  registry: Pick<RegistryClient, 'listTags' | 'getManifest'>,
  modelDigest: string,
  wanted: readonly string[],
): Promise<KnownLayers> {
  const digests = new Map<string, string>();
  try {
    const tags = await registry.listTags();
    const { image, model } = tagPrefixes;
    // An image whose model is beside it has no layers of it.
    const ours = [model, image].flatMap((prefix) => tags.names.filter((name) => name.startsWith(prefix)));
    const short = modelDigest.replace('sha256:', '').slice(0, 12);
    const isSame = (name: string): boolean =>
      name.startsWith(`${model}${short}-`) || name.startsWith(`${image}${short}-`);
    const sorted = [...ours.filter(isSame), ...ours.filter((name) => !isSame(name))];
    for (const name of sorted.slice(0, examined)) {
      for (const [key, digest] of await layersOf(registry, name)) digests.set(key, digest);
      if (wanted.every((key) => digests.has(key))) break;
    }
    return { digests, complete: tags.all && ours.length <= examined };
  } catch (error) {
    if (error instanceof MlDeployError && error.kind === 'interrupted') throw error;
    return { digests, complete: false };
  }
}

async function layersOf(
  registry: Pick<RegistryClient, 'getManifest'>,
  tag: string,
  depth = 0,
): Promise<[string, string][]> {
  const stored = await registry.getManifest(tag);
  if (stored === null) return [];
  const { layers = [], manifests } = JSON.parse(stored.content.toString('utf8')) as Partial<Manifest & ImageIndex>;
  // The images of an index have the same model files.
  if (manifests?.[0] !== undefined && depth === 0) return layersOf(registry, manifests[0].digest, 1);
  return layers.flatMap(({ digest, annotations }): [string, string][] => {
    const key = annotations?.[contentAnnotation];
    return key === undefined ? [] : [[key, digest]];
  });
}

function file(cache: string): string {
  return join(cache, 'layers.json');
}
