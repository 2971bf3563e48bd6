import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { arch } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';

/** A layer of an image. */
export interface Layer {
  /** gzip-compressed tar. */
  readonly compressed: Buffer;
  /** Digest of the tar itself. */
  readonly diffId: string;
}

/** How a container of an image starts. */
export interface ImageConfig {
  readonly Env?: readonly string[];
  readonly Cmd?: readonly string[];
  readonly Entrypoint?: readonly string[];
  readonly WorkingDir?: string;
}

const sha256 = (content: Buffer): string => `sha256:${createHash('sha256').update(content).digest('hex')}`;

/**
 * Makes a layer.
 * @param archive uncompressed tar
 * @param level of gzip, 1 to 9
 * @returns the layer
 */
export async function layerOf(archive: Buffer, level = 6): Promise<Layer> {
  return { compressed: await promisify(gzip)(archive, { level }), diffId: sha256(archive) };
}

/**
 * Puts an image straight into the folder in which the registry (CNCF Distribution, `filesystem` storage) keeps its images; the registry need not run.
 * @param folder root folder of the registry's storage
 * @param name repository, e.g. `library/python`
 * @param tag e.g. `3.12-slim`
 * @param layers from the bottom up
 * @param config how a container starts
 * @returns digest of the image's manifest
 */
export function storeImage(
  folder: string,
  name: string,
  tag: string,
  layers: readonly Layer[],
  config: ImageConfig,
): string {
  const repository = join(folder, 'docker/registry/v2/repositories', name);
  const write = (file: string, content: Buffer | string): void => {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content);
  };
  const storeBlob = (content: Buffer): string => {
    const digest = sha256(content);
    const hex = digest.slice('sha256:'.length);
    const file = join(folder, 'docker/registry/v2/blobs/sha256', hex.slice(0, 2), hex, 'data');
    if (!existsSync(file)) write(file, content); // images share layers
    return digest;
  };
  const link = (path: string, digest: string): void => write(join(repository, path, 'link'), digest);
  const member = (digest: string): string => digest.replace(':', '/');

  const described = layers.map((layer) => {
    const digest = storeBlob(layer.compressed);
    link(`_layers/${member(digest)}`, digest);
    return { mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip', digest, size: layer.compressed.length };
  });
  const configuration = Buffer.from(
    JSON.stringify({
      architecture: { x64: 'amd64' }[arch() as string] ?? arch(),
      os: 'linux',
      created: '1970-01-01T00:00:00Z',
      config,
      rootfs: { type: 'layers', diff_ids: layers.map((layer) => layer.diffId) },
      history: layers.map(() => ({ created: '1970-01-01T00:00:00Z', created_by: 'ml-deploy test cluster' })),
    }),
  );
  const configDigest = storeBlob(configuration);
  link(`_layers/${member(configDigest)}`, configDigest);
  const manifest = Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: 'application/vnd.oci.image.manifest.v1+json',
      config: {
        mediaType: 'application/vnd.oci.image.config.v1+json',
        digest: configDigest,
        size: configuration.length,
      },
      layers: described,
    }),
  );
  const digest = storeBlob(manifest);
  link(`_manifests/revisions/${member(digest)}`, digest);
  link(`_manifests/tags/${tag}/current`, digest);
  link(`_manifests/tags/${tag}/index/${member(digest)}`, digest);
  return digest;
}
