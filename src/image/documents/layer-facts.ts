import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import type { Blob } from '../../oci/blob.ts';
import type { Descriptor } from '../../oci/manifest.ts';
import { LayerProblem, readLayer, type LayerItem } from '../../oci/read-layer.ts';
import type { Sink } from '../../oci/tar-reader.ts';
import { replaceFile } from '../../replace-file.ts';
import { parseApkInstalled } from './packages/apk.ts';
import { parseDpkgStatus } from './packages/dpkg.ts';
import { parseOsRelease, type OsRelease } from './packages/os-release.ts';
import type { InstalledPackage } from './packages/package.ts';
import { parsePythonMetadata } from './packages/python.ts';
import { interrupted } from '../interrupted.ts';

/** What one layer says about installed software. It depends on the bytes of the layer alone. */
export interface LayerFacts {
  /** By the path of the record that names them. */
  readonly packages: Readonly<Record<string, readonly InstalledPackage[]>>;
  /** Paths that hide everything of lower layers at and below them. */
  readonly removed: readonly string[];
  readonly os: OsRelease | null;
  /** Of the programs that a modelcar needs, those that are there. */
  readonly programs: readonly string[];
  /** Records that are there and cannot be read: kinds of package lists. */
  readonly unread: readonly string[];
}

/** A record that is larger than this is none. Bytes. */
const maxRecord = 64 * 1024 * 1024;
/** Of the form of the stored facts, which changes when more is read. */
const version = 2;

/**
 * Reads what a layer says about installed software, once for each layer: the result is kept.
 * @param layer descriptor
 * @param open gives its bytes, if they are needed
 * @param cache folder that keeps the facts by the digest of the layer
 * @param signal ends the reading
 * @returns the facts
 * @throws Error when the layer cannot be read; MlDeployError `build/interrupted`
 */
export async function layerFacts(
  layer: Descriptor,
  open: () => Blob,
  cache: string,
  signal: AbortSignal,
): Promise<LayerFacts> {
  const path = join(cache, `${layer.digest.replace(':', '-')}.v${version}.json`);
  try {
    return JSON.parse(await readFile(path, 'utf8')) as LayerFacts;
  } catch {
    // Not read before.
  }
  const facts = await readLayerFacts(layer, open(), signal);
  await replaceFile(path, JSON.stringify(facts));
  return facts;
}

/** Reads the layer itself. */
async function readLayerFacts(layer: Descriptor, blob: Blob, signal: AbortSignal): Promise<LayerFacts> {
  const packages: Record<string, InstalledPackage[]> = {};
  const removed: string[] = [];
  const unread = new Set<string>();
  const programs = new Set<string>();
  let os: OsRelease | null = null;
  const take = (path: string, text: string): void => {
    if (/^(etc|usr\/lib)\/os-release$/.test(path)) os ??= parseOsRelease(text);
    else packages[path] = packagesOf(path, text);
  };
  const onBytes = (): void => {
    if (signal.aborted) throw interrupted();
  };
  try {
    await readLayer(layer, blob.read(0), (item) => sinkOf(item, { removed, unread, programs, take }), onBytes);
  } catch (error) {
    throw error instanceof LayerProblem
      ? new Error(`the layer ${layer.digest} cannot be read: ${error.message}`)
      : error;
  }
  return { packages, removed, os, programs: [...programs].sort(), unread: [...unread].sort() };
}

interface Found {
  readonly removed: string[];
  readonly unread: Set<string>;
  readonly programs: Set<string>;
  readonly take: (path: string, text: string) => void;
}

function sinkOf(item: LayerItem, { removed, unread, programs, take }: Found): Sink | null {
  const { place: path, removes } = item;
  if (removes !== null) removed.push(removes);
  const program = /^(?:usr\/)?bin\/(sh|ln|sleep|ls)$/.exec(path)?.[1];
  if (program !== undefined) programs.add(program);
  if (/^(var\/lib|usr\/lib\/sysimage)\/rpm\/(rpmdb\.sqlite|Packages(\.db)?)$/.test(path)) unread.add('rpm');
  if (/(^|\/)conda-meta\/[^/]+\.json$/.test(path)) unread.add('conda');
  if (item.kind !== 'file' || !isRecord(path) || item.size > maxRecord) return null;
  const pieces: Buffer[] = [];
  return {
    write: (chunk) => {
      pieces.push(Buffer.from(chunk));
      return Promise.resolve();
    },
    end: () => {
      take(path, Buffer.concat(pieces).toString('utf8'));
      return Promise.resolve();
    },
  };
}

/** Whether a file of an image names installed software: a path without a leading slash. */
export const isRecord = (path: string): boolean =>
  /^(var\/lib\/dpkg\/status(\.d\/[^/]+)?|(usr\/)?lib\/apk\/db\/installed|(etc|usr\/lib)\/os-release)$/.test(path) ||
  /\.(dist-info\/METADATA|egg-info(\/PKG-INFO)?)$/.test(path);

/**
 * Reads a record of installed software.
 * @param path in the image, without a leading slash; a record, but not os-release
 * @param text of the file
 * @returns the packages that it names
 */
export function packagesOf(path: string, text: string): InstalledPackage[] {
  if (path.includes('lib/dpkg/')) return path.endsWith('.md5sums') ? [] : parseDpkgStatus(text);
  if (path.includes('apk/db/')) return parseApkInstalled(text);
  const found = parsePythonMetadata(text);
  return found === null ? [] : [found];
}
