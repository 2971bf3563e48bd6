import { memoryBlob } from '../../../src/oci/blob.ts';
import { hashTar } from '../../../src/oci/hashed-tar.ts';
import { contentAnnotation, contentKey, modelAnnotations } from '../../../src/oci/layer-content.ts';
import { digestOf, mediaTypes } from '../../../src/oci/manifest.ts';
import type { RegistryClient } from '../../../src/oci/registry.ts';
import { TarStream } from '../../../src/oci/tar-blob.ts';
import type { LayerEntry } from '../../../src/oci/tar-entry.ts';

/** Content by path. */
export type Files = Readonly<Record<string, Buffer>>;

/** Of the model in `publishModel`. */
export const publishedDigest = `sha256:${'d'.repeat(64)}`;

/** A layer as a build makes it, with the key of its files; `others` are entries that no build puts there. */
export async function layerOf(
  files: Files,
  others: readonly LayerEntry[] = [],
): Promise<{ readonly bytes: Buffer; readonly key: string }> {
  const entries = Object.entries(files).map(([path, content]): LayerEntry => {
    return { kind: 'bytes', path, mode: 0o444, content };
  });
  const pieces: Uint8Array[] = [];
  const folder: LayerEntry = { kind: 'folder', path: 'model/', mode: 0o555 };
  const blob = await hashTar(new TarStream([folder, ...others, ...entries]));
  for await (const piece of blob.read(0)) pieces.push(piece);
  const list = Object.entries(files).map(([path, content]) => {
    return { path, size: content.length, sha256: digestOf(content).slice('sha256:'.length) };
  });
  return { bytes: Buffer.concat(pieces), key: contentKey(list) };
}

/** Publishes a model of these layers; returns the digest of its manifest. */
export async function publishModel(
  client: RegistryClient,
  layers: readonly { readonly bytes: Buffer; readonly key?: string }[],
  annotations: Record<string, string> = {
    [modelAnnotations.path]: '/model',
    [modelAnnotations.digest]: publishedDigest,
  },
): Promise<string> {
  const config = Buffer.from('{}');
  for (const bytes of [config, ...layers.map((layer) => layer.bytes)])
    await client.pushBlob(memoryBlob(bytes, digestOf(bytes)));
  const manifest = Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: mediaTypes.manifest,
      config: { mediaType: mediaTypes.config, digest: digestOf(config), size: config.length },
      layers: layers.map(({ bytes, key }) => {
        const more = key === undefined ? {} : { annotations: { [contentAnnotation]: key } };
        return { mediaType: mediaTypes.layer, digest: digestOf(bytes), size: bytes.length, ...more };
      }),
      annotations,
    }),
  );
  await client.putManifest('weights', manifest, mediaTypes.manifest);
  return digestOf(manifest);
}
