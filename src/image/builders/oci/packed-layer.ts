import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { constants, createZstdCompress } from 'node:zlib';

import { MlDeployError } from '../../../errors.ts';
import { fileBlob, type Blob } from '../../../oci/blob.ts';
import { mediaTypes, type Descriptor } from '../../../oci/manifest.ts';
import { TarStream, type LayerEntry } from '../../../oci/tar-blob.ts';

/** A compressed layer on disk. */
export interface PackedLayer {
  readonly descriptor: Descriptor;
  /** Digest of the tar stream. */
  readonly diffId: string;
  readonly blob: Blob;
}

interface KeptLayer {
  readonly digest: string;
  readonly size: number;
  readonly diffId: string;
}

/** Of each project: the current one, the one before, and those of two branches. */
const keptLayers = 4;
/** Level 3 is zstd's own default: higher ones cost more time than the network gives back. */
const level = 3;

/**
 * A layer that was packed before.
 * @param cache folder that stays between builds
 * @param key of what is in it
 * @returns null when it is not there
 */
export async function keptLayer(cache: string, key: string): Promise<PackedLayer | null> {
  const { facts, content } = pathsOf(cache, key);
  try {
    const kept = JSON.parse(await readFile(facts, 'utf8')) as KeptLayer;
    if ((await stat(content)).size !== kept.size) return null;
    const now = new Date();
    await utimes(facts, now, now);
    return packed(kept, content);
  } catch {
    return null;
  }
}

/**
 * Writes a layer: one pass makes the tar stream, both digests and the compressed file.
 * @param entries of the layer, sorted
 * @param cache folder that stays between builds
 * @param key of what is in it
 * @returns the layer
 * @throws MlDeployError `build/disk-full`
 */
export async function packLayer(entries: readonly LayerEntry[], cache: string, key: string): Promise<PackedLayer> {
  const { facts, content, folder } = pathsOf(cache, key);
  const draft = `${content}.${process.pid}.tmp`;
  const tar = createHash('sha256');
  const blob = createHash('sha256');
  let size = 0;
  try {
    await mkdir(folder, { recursive: true });
    await pipeline(
      Readable.from(new TarStream(entries).read(0), { objectMode: false }),
      tap((piece) => tar.update(piece)),
      createZstdCompress({ params: { [constants.ZSTD_c_compressionLevel]: level } }),
      tap((piece) => {
        blob.update(piece);
        size += piece.length;
      }),
      createWriteStream(draft),
    );
    const kept = { digest: `sha256:${blob.digest('hex')}`, size, diffId: `sha256:${tar.digest('hex')}` };
    await rename(draft, content);
    await writeFile(facts, JSON.stringify(kept));
    await prune(folder, key);
    return packed(kept, content);
  } catch (error) {
    await rm(draft, { force: true });
    throw diskFull(error) ?? error;
  }
}

/**
 * The error for a disk that is full.
 * @param error what writing failed with
 * @returns null for any other failure
 */
export function diskFull(error: unknown): MlDeployError | null {
  if (!(error instanceof Error) || !('code' in error) || (error.code !== 'ENOSPC' && error.code !== 'EDQUOT'))
    return null;
  return new MlDeployError({
    code: 'build/disk-full',
    kind: 'infrastructure',
    message: `the packages of the image could not be written: ${error.message}`,
    hint: 'Make room: packages are unpacked and packed below .mldeploy/ (about twice their size).',
    cause: error,
  });
}

function pathsOf(cache: string, key: string): { facts: string; content: string; folder: string } {
  const folder = join(cache, 'packages');
  return { facts: join(folder, `${key}.json`), content: join(folder, `${key}.tar.zst`), folder };
}

function packed({ digest, size, diffId }: KeptLayer, content: string): PackedLayer {
  const descriptor = { mediaType: `${mediaTypes.layer}+zstd`, digest, size };
  return { descriptor, diffId, blob: fileBlob(content, digest, size) };
}

function tap(look: (piece: Buffer) => void): Transform {
  return new Transform({
    transform(piece: Buffer, _, done) {
      look(piece);
      done(null, piece);
    },
  });
}

/** Removes all but the layers that were used last. */
async function prune(folder: string, newest: string): Promise<void> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.json') && name !== `${newest}.json`);
  const used = await Promise.all(
    names.map(async (name) => ({ name, at: (await stat(join(folder, name)).catch(() => null))?.mtimeMs ?? 0 })),
  );
  for (const { name } of used.sort((a, b) => b.at - a.at).slice(keptLayers - 1)) {
    await rm(join(folder, name), { force: true });
    await rm(join(folder, name.replace(/\.json$/, '.tar.zst')), { force: true });
  }
}
