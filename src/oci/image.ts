import type { MlDeployError } from '../errors.ts';
import type { Blob } from './blob.ts';
import { mediaTypes, type Descriptor, type ImageConfigFile, type ImageIndex, type Manifest } from './manifest.ts';
import { parseConfig, parseManifest, wrong } from './parse.ts';

/** An image whose blobs can be read, wherever they are. */
export interface ReadableImage {
  readonly manifest: Manifest;
  readonly config: ImageConfigFile;
  /** The blob of one of its layers. */
  blob(descriptor: Descriptor): Blob;
}

/** An image of one platform, as a registry has it. */
export interface StoredImage extends ReadableImage {
  /** Of the manifest of this platform. */
  readonly digest: string;
}

/** Where an image is: a repository of a registry, or a folder. */
export interface ImageSource {
  /** By tag or digest; null when there is none. */
  getManifest(reference: string): Promise<{ readonly digest: string; readonly content: Buffer } | null>;
  /** Small ones, such as an image config. */
  getBlob(digest: string): Promise<Buffer>;
  /** One that is read when it is needed. */
  blob(descriptor: Descriptor): Blob;
}

/** An image that is looked for, and what is said when it is not there: that depends on what it was wanted for. */
export interface ImageRefusals {
  /** For messages about what the registry gives. */
  readonly name: string;
  missing(): MlDeployError;
  /** `found`: the platforms that are there, in words. */
  noPlatform(wanted: string, found: string): MlDeployError;
}

/**
 * The manifest of one platform; an index is followed, and the platform of a lone manifest is checked by its config.
 * @param client where the image is
 * @param reference tag or digest
 * @param platform `os/architecture[/variant]`
 * @param image its name, and the errors for an image that is not there
 * @returns the image; its layers are not read
 * @throws MlDeployError what `image` says, and `registry/*`
 */
export async function findImage(
  client: ImageSource,
  reference: string,
  platform: string,
  image: ImageRefusals,
): Promise<StoredImage> {
  const { name } = image;
  const top = await client.getManifest(reference);
  if (top === null) throw image.missing();
  const document = parseManifest(top.content, `the manifest of ${name}`);
  const { digest, manifest } =
    'manifests' in document
      ? await imageIn(client, document, platform, image)
      : { digest: top.digest, manifest: document };
  const config = parseConfig(await client.getBlob(manifest.config.digest), `the config of ${name}`);
  if (!fitsPlatform(platformOf(config), platform)) throw image.noPlatform(platform, platformOf(config));
  return { manifest, config, digest, blob: (descriptor) => client.blob(descriptor) };
}

async function imageIn(
  client: ImageSource,
  index: ImageIndex,
  platform: string,
  image: ImageRefusals,
): Promise<{ digest: string; manifest: Manifest }> {
  const chosen = index.manifests.find((entry) => fitsPlatform(platformOf(entry.platform), platform));
  if (chosen === undefined) throw image.noPlatform(platform, platformsOf(index.manifests).join(', ') || 'no platform');
  const stored = await client.getManifest(chosen.digest);
  if (stored === null) throw image.missing();
  const what = `the manifest of ${image.name} for ${platform}`;
  const manifest = parseManifest(stored.content, what);
  if ('manifests' in manifest) throw wrong(what, 'an image manifest', stored.content);
  return { digest: stored.digest, manifest };
}

/** Registries still give Docker's media types; an image manifest has one kind or the other, never both. */
const ociTypes: Readonly<Record<string, string>> = {
  [mediaTypes.dockerManifest]: mediaTypes.manifest,
  'application/vnd.docker.container.image.v1+json': mediaTypes.config,
  'application/vnd.docker.image.rootfs.diff.tar': mediaTypes.layer,
  'application/vnd.docker.image.rootfs.diff.tar.gzip': `${mediaTypes.layer}+gzip`,
  'application/vnd.docker.image.rootfs.diff.tar.zstd': `${mediaTypes.layer}+zstd`,
};

/**
 * The descriptor with the OCI name of its media type; the content is the same.
 * @param descriptor from a manifest
 * @returns without annotations and platform, which belong to the manifest it came from
 */
export function asOci(descriptor: Descriptor): Descriptor {
  const { mediaType, digest, size } = descriptor;
  return { mediaType: ociTypes[mediaType] ?? mediaType, digest, size };
}

interface Platform {
  readonly os: string;
  readonly architecture: string;
  readonly variant?: string | null;
}

function platformOf(platform: Platform | undefined): string {
  if (platform === undefined) return 'unknown/unknown';
  const { os, architecture, variant } = platform;
  return [os, architecture, variant ?? []].flat().join('/');
}

/**
 * Whether what is made for one platform runs where another one is wanted: `linux/arm64` and `linux/arm64/v8` are the same; other variants
 * count when they are asked for.
 * @param found `os/architecture[/variant]`
 * @param wanted likewise
 */
export function fitsPlatform(found: string, wanted: string): boolean {
  const plain = (name: string): string => name.replace(/^(.+\/arm64)\/v8$/, '$1');
  return plain(found) === plain(wanted) || plain(found).startsWith(`${plain(wanted)}/`);
}

/** Without attestations, which say `unknown/unknown`. */
function platformsOf(manifests: readonly Descriptor[]): string[] {
  return manifests.map((entry) => platformOf(entry.platform)).filter((name) => !name.startsWith('unknown/'));
}
