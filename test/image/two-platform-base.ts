import { memoryBlob } from '../../src/oci/blob.ts';
import { hashTar } from '../../src/oci/hashed-tar.ts';
import { digestOf, mediaTypes, type Descriptor } from '../../src/oci/manifest.ts';
import { TarStream } from '../../src/oci/tar-blob.ts';
import { client } from './builders/oci/small-base.ts';

/**
 * Pushes a base for linux/amd64 and linux/arm64 under the tag `slim`; its only layer, with the programs that a modelcar needs, differs
 * from one platform to the other. Nothing in it can run.
 * @param name `host/path`
 * @returns digest of the index
 */
export async function pushTwoPlatformBase(name: string): Promise<string> {
  const target = client(name);
  const manifests: Descriptor[] = [];
  for (const [architecture, variant] of [['amd64'], ['arm64', 'v8']] as const) {
    const programs = ['sh', 'ls', 'ln', 'sleep'].map((program) => `bin/${program}`);
    const content = Buffer.from(architecture);
    const layer = await hashTar(new TarStream(programs.map((path) => ({ kind: 'bytes', path, mode: 0o755, content }))));
    await target.pushBlob(layer);
    const rootfs = { type: 'layers', diff_ids: [layer.digest] };
    const config = Buffer.from(JSON.stringify({ os: 'linux', architecture, variant, config: {}, rootfs }));
    await target.pushBlob(memoryBlob(config, digestOf(config)));
    const manifest = Buffer.from(
      JSON.stringify({
        schemaVersion: 2,
        mediaType: mediaTypes.manifest,
        config: { mediaType: mediaTypes.config, digest: digestOf(config), size: config.length },
        layers: [{ mediaType: mediaTypes.layer, digest: layer.digest, size: layer.size }],
      }),
    );
    const digest = await target.putManifest(digestOf(manifest), manifest, mediaTypes.manifest);
    const platform = { os: 'linux', architecture, ...(variant === undefined ? {} : { variant }) };
    manifests.push({ mediaType: mediaTypes.manifest, digest, size: manifest.length, platform });
  }
  const index = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: mediaTypes.index, manifests }));
  return target.putManifest('slim', index, mediaTypes.index);
}
