import { MlDeployError } from '../../errors.ts';
import type { Descriptor, Manifest } from '../manifest.ts';
import { parseManifest } from '../parse.ts';
import type { RegistryClient } from '../registry.ts';
import { refused } from './model-folder.ts';

/** Images that one index may lead to, and indexes inside indexes. */
const maxImages = 64;
const maxDepth = 4;

/** One image, or one of several for different platforms. */
export interface PlatformImage {
  /** Null: what was asked for is no index. */
  readonly index: { readonly digest: string; readonly platform: string } | null;
  readonly manifest: Manifest;
}

/**
 * The images that a tag or digest leads to: one, or with an index those of all platforms, of which every machine runs another.
 * @param client of the repository
 * @param reference tag or digest
 * @returns at least one; the one for amd64 first
 * @throws MlDeployError `model/no-image`, `model/bad-image`, `registry/*`
 */
export async function platformImages(client: RegistryClient, reference: string): Promise<readonly PlatformImage[]> {
  const images = await imagesOf(client, reference, null, 0);
  if (images.length === 0) throw refused('its index names no image');
  const isUsual = ({ index }: PlatformImage): boolean => /\/amd64\b/.test(index?.platform ?? '');
  return [...images.filter(isUsual), ...images.filter((image) => !isUsual(image))];
}

async function imagesOf(
  client: RegistryClient,
  reference: string,
  index: PlatformImage['index'],
  depth: number,
): Promise<PlatformImage[]> {
  if (depth > maxDepth) throw refused(`its indexes are nested more than ${maxDepth} deep`);
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
  if (!('manifests' in document)) return [{ index, manifest: document }];
  const images = new Map<string, PlatformImage>();
  for (const { digest, platform } of document.manifests) {
    // Attestations, which no machine runs.
    if (platform?.os === 'unknown' || images.has(digest)) continue;
    const name = platform === undefined ? 'no platform' : nameOf(platform);
    for (const image of await imagesOf(client, digest, { digest, platform: name }, depth + 1)) {
      images.set(image.index?.digest ?? digest, image);
      if (images.size > maxImages) throw refused(`its index leads to more than ${maxImages} images`);
    }
  }
  return [...images.values()];
}

function nameOf({ os, architecture, variant }: NonNullable<Descriptor['platform']>): string {
  return [os, architecture, variant ?? []].flat().join('/');
}
