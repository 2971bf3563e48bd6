import { gzipSync, zstdCompressSync } from 'node:zlib';

import { appendLayers, type WrittenImage } from '../../../src/oci/append.ts';
import { memoryBlob } from '../../../src/oci/blob.ts';
import type { ReadableImage } from '../../../src/oci/image.ts';
import { digestOf, mediaTypes, type Descriptor } from '../../../src/oci/manifest.ts';
import { TarStream } from '../../../src/oci/tar-blob.ts';
import type { LayerEntry } from '../../../src/oci/tar-entry.ts';

/** One layer: files by path, and how it is compressed. */
export interface TestLayer {
  readonly files: Readonly<Record<string, string>>;
  readonly compression?: 'gzip' | 'zstd';
  readonly createdBy?: string;
}

/** An image as a builder leaves it, in memory. */
export async function imageOf(layers: readonly TestLayer[]): Promise<ReadableImage> {
  const blobs = new Map<string, Buffer>();
  const descriptors: Descriptor[] = [];
  const diffIds: string[] = [];
  for (const { files, compression } of layers) {
    const entries = Object.entries(files).map(([path, text]): LayerEntry => {
      return { kind: 'bytes', path, mode: 0o644, content: Buffer.from(text) };
    });
    const pieces: Uint8Array[] = [];
    for await (const piece of new TarStream(entries).read(0)) pieces.push(piece);
    const tar = Buffer.concat(pieces);
    const content = compression === 'gzip' ? gzipSync(tar) : compression === 'zstd' ? zstdCompressSync(tar) : tar;
    const mediaType = `${mediaTypes.layer}${compression === undefined ? '' : `+${compression}`}`;
    blobs.set(digestOf(content), content);
    descriptors.push({ mediaType, digest: digestOf(content), size: content.length });
    diffIds.push(digestOf(tar));
  }
  return {
    manifest: {
      schemaVersion: 2,
      config: { mediaType: mediaTypes.config, digest: digestOf(''), size: 0 },
      layers: descriptors,
    },
    config: {
      os: 'linux',
      architecture: 'amd64',
      rootfs: { type: 'layers', diff_ids: diffIds },
      history: layers.map(({ createdBy = 'step' }) => ({ created_by: createdBy })),
    },
    blob: ({ digest }) => memoryBlob(blobs.get(digest) ?? Buffer.alloc(0), digest),
  };
}

/** The image with nothing on top. */
export function written(image: ReadableImage): WrittenImage {
  return appendLayers(image, { layers: [], created: '1970-01-01T00:00:00.000Z' });
}
