import { createHash, randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { constants, createZstdCompress } from 'node:zlib';

import { fileBlob, type Blob } from '../../../oci/blob.ts';
import { digestOf, mediaTypes, type Descriptor } from '../../../oci/manifest.ts';
import { TarStream } from '../../../oci/tar-blob.ts';
import type { LayerEntry } from '../../../oci/tar-entry.ts';

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
/** What no kept layer names may be of a build that runs; after this time it is not. */
const unnamedMs = 60 * 60 * 1000;
/** Level 3 is zstd's own default: higher ones cost more time than the network gives back. */
const level = 3;

/**
 * A layer that was packed before. Its file is read once: bytes that are not what is remembered are no layer, and what is remembered has a
 * digest of its own.
 * @param cache folder that stays between builds
 * @param key of what is in it
 * @returns null when it is not there, or damaged
 */
export async function keptLayer(cache: string, key: string): Promise<PackedLayer | null> {
  const { folder, facts } = pathsOf(cache, key);
  try {
    const { check, ...kept } = JSON.parse(await readFile(facts, 'utf8')) as KeptLayer & { check?: string };
    const layer = packed(kept, contentPath(folder, kept.digest));
    if (check !== checkOf(kept) || !(await isWhole(layer))) return null;
    const now = new Date();
    await utimes(facts, now, now);
    return layer;
  } catch {
    return null;
  }
}

/** Whether the file is the one that was written. */
async function isWhole({ blob }: PackedLayer): Promise<boolean> {
  const hash = createHash('sha256');
  for await (const piece of blob.read(0)) hash.update(piece);
  return `sha256:${hash.digest('hex')}` === blob.digest;
}

/** The digest of what lies in the file of the tar stream cannot be compared without unpacking it: a damaged one shows here. */
function checkOf({ digest, size, diffId }: KeptLayer): string {
  return digestOf(JSON.stringify([digest, size, diffId]));
}

/**
 * Writes a layer: one pass makes the tar stream, both digests and the compressed file. The file is named by its digest, and what is known
 * of it appears at once when it is there: two builds at the same time cannot mix.
 * @param entries of the layer, sorted
 * @param cache folder that stays between builds
 * @param key of what is in it
 * @returns the layer
 */
export async function packLayer(entries: readonly LayerEntry[], cache: string, key: string): Promise<PackedLayer> {
  const { folder, facts } = pathsOf(cache, key);
  const draft = join(folder, `${key}.${process.pid}.${randomUUID()}.tmp`);
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
    const content = contentPath(folder, kept.digest);
    await rename(draft, content);
    await writeFile(draft, JSON.stringify({ ...kept, check: checkOf(kept) }));
    await rename(draft, facts);
    await prune(folder, key);
    return packed(kept, content);
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
}

function pathsOf(cache: string, key: string): { facts: string; folder: string } {
  const folder = join(cache, 'packages');
  return { facts: join(folder, `${key}.json`), folder };
}

function contentPath(folder: string, digest: string): string {
  return join(folder, `${digest.replace('sha256:', '')}.tar.zst`);
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

/** Removes all but the layers that were used last, and files that none of them names; another build's may still be without facts. */
async function prune(folder: string, newest: string): Promise<void> {
  const names = await readdir(folder);
  const facts = names.filter((name) => name.endsWith('.json') && name !== `${newest}.json`);
  const used = await Promise.all(facts.map(async (name) => ({ name, at: await changedAt(join(folder, name)) })));
  const [others, old] = [used.sort((a, b) => b.at - a.at).slice(0, keptLayers - 1), used.slice(keptLayers - 1)];
  for (const { name } of old) await rm(join(folder, name), { force: true });
  const named = new Set<string>();
  for (const name of [`${newest}.json`, ...others.map(({ name }) => name)]) {
    const text = await readFile(join(folder, name), 'utf8').catch(() => '');
    for (const [, digest] of text.matchAll(/"digest":"sha256:([0-9a-f]{64})"/g)) named.add(`${digest ?? ''}.tar.zst`);
  }
  for (const name of names) {
    const path = join(folder, name);
    if (name.endsWith('.json') || named.has(name) || Date.now() - (await changedAt(path)) < unnamedMs) continue;
    await rm(path, { force: true });
  }
}

/** Milliseconds; 0 for what is no longer there. */
async function changedAt(path: string): Promise<number> {
  return (await stat(path).catch(() => null))?.mtimeMs ?? 0;
}
