import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

import { memoryBlob } from '../../../../src/oci/blob.ts';
import { digestOf, mediaTypes, type ImageIndex, type Manifest } from '../../../../src/oci/manifest.ts';
import { RegistryClient } from '../../../../src/oci/registry.ts';
import { parseRepository } from '../../../../src/oci/repository.ts';
import { TarStream } from '../../../../src/oci/tar-blob.ts';
import type { LayerEntry } from '../../../../src/oci/tar-entry.ts';

/** A client without credentials, for plain HTTP. */
export function client(name: string): RegistryClient {
  return new RegistryClient({
    repository: parseRepository(name),
    insecure: true,
    credentials: () => Promise.resolve(null),
    signal: new AbortController().signal,
  });
}

/** Version of the distribution's Python, which pip runs in: `3.11`. */
export function debianPython(): string {
  return execFileSync('/usr/bin/python3', ['-c', 'import sys; print("%d.%d" % sys.version_info[:2])'])
    .toString()
    .trim();
}

/**
 * Pushes a base that looks like Debian with Python to whoever only reads names, for two platforms. Nothing in it can run.
 * @param name `host/path`; the tag is `slim`
 * @returns digest of the layer
 */
export async function pushSmallBase(name: string): Promise<string> {
  const registry = client(name);
  const python = `usr/bin/python${debianPython()}`;
  const entries: LayerEntry[] = [
    { kind: 'symlink', path: 'bin', target: 'usr/bin' },
    { kind: 'bytes', path: python, mode: 0o755, content: Buffer.from('not a program') },
    { kind: 'symlink', path: 'usr/bin/python3', target: python.slice('usr/bin/'.length) },
    {
      kind: 'bytes',
      path: 'usr/lib/libc.so.6',
      mode: 0o755,
      content: Buffer.from('GNU C Library (Test) stable release version 2.36.\n'),
    },
  ];
  const pieces: Uint8Array[] = [];
  for await (const piece of new TarStream(entries).read(0)) pieces.push(piece);
  const tar = Buffer.concat(pieces);
  const layer = gzipSync(tar);
  const blob = memoryBlob(layer, digestOf(layer));
  await registry.pushBlob(blob);
  const manifests = [];
  for (const architecture of ['amd64', 'arm64']) {
    const config = Buffer.from(
      JSON.stringify({
        os: 'linux',
        architecture,
        config: { Env: ['PATH=/usr/local/bin:/bin'] },
        rootfs: { type: 'layers', diff_ids: [digestOf(tar)] },
      }),
    );
    await registry.pushBlob(memoryBlob(config, digestOf(config)));
    const manifest = Buffer.from(
      JSON.stringify({
        schemaVersion: 2,
        mediaType: mediaTypes.dockerManifest,
        config: {
          mediaType: 'application/vnd.docker.container.image.v1+json',
          digest: digestOf(config),
          size: config.length,
        },
        layers: [
          {
            mediaType: 'application/vnd.docker.image.rootfs.diff.tar.gzip',
            digest: blob.digest,
            size: blob.size,
          },
        ],
      }),
    );
    const digest = await registry.putManifest(digestOf(manifest), manifest, mediaTypes.dockerManifest);
    const platform = { os: 'linux', architecture };
    manifests.push({ mediaType: mediaTypes.dockerManifest, digest, size: manifest.length, platform });
  }
  const index = { schemaVersion: 2, mediaType: mediaTypes.dockerList, manifests };
  await registry.putManifest('slim', Buffer.from(JSON.stringify(index)), mediaTypes.dockerList);
  return blob.digest;
}

/**
 * Writes the base into an OCI layout folder, as `skopeo copy --all` does.
 * @param name `host/path`, with the tag `slim`
 * @param folder is made
 */
export async function pullLayout(name: string, folder: string): Promise<void> {
  const registry = client(name);
  const blobs = join(folder, 'blobs/sha256');
  mkdirSync(blobs, { recursive: true });
  const write = (digest: string, content: Buffer): void => writeFileSync(join(blobs, digest.slice(7)), content);
  const index = await registry.getManifest('slim');
  if (index === null) throw new Error('the base was pushed before');
  write(index.digest, index.content);
  for (const { digest } of (JSON.parse(index.content.toString()) as ImageIndex).manifests) {
    const manifest = await registry.getManifest(digest);
    if (manifest === null) throw new Error('an index names what is there');
    write(digest, manifest.content);
    const { config, layers } = JSON.parse(manifest.content.toString()) as Manifest;
    for (const blob of [config, ...layers]) write(blob.digest, await registry.getBlob(blob.digest));
  }
  const annotations = { 'org.opencontainers.image.ref.name': 'slim' };
  const top = { mediaType: mediaTypes.dockerList, digest: index.digest, size: index.content.length, annotations };
  writeFileSync(join(folder, 'index.json'), JSON.stringify({ schemaVersion: 2, manifests: [top] }));
}
