import { createHash } from 'node:crypto';

import { MlDeployError } from '../../errors.ts';
import type { Blob } from '../../oci/blob.ts';
import { mediaTypes, type Descriptor } from '../../oci/manifest.ts';
import { LayerProblem, readLayer, type LayerItem } from '../../oci/read-layer.ts';
import type { Sink, TarItem } from '../../oci/tar-reader.ts';
import { padding, tarEnd, tarHeaderSize } from '../../oci/tar.ts';
import { isRecord, packagesOf } from '../documents/layer-facts.ts';
import type { InstalledPackage } from '../documents/packages/package.ts';
import { contentAnnotation } from '../../oci/layer-content.ts';

/** One thing in a layer. */
export interface ListedFile {
  /** `gone`: the layer removes it from lower ones. */
  readonly kind: TarItem['kind'] | 'gone';
  readonly bytes: number;
  /** Equal for equal content: a sha256, what a link leads to, or a name of the content. */
  readonly content: string;
}

/** What one layer holds. */
export interface Listing {
  /** By path without a leading slash; folders are left out. */
  readonly files: ReadonlyMap<string, ListedFile>;
  /** By the path of the record that names them. */
  readonly packages: ReadonlyMap<string, readonly InstalledPackage[]>;
}

/** A record of packages that is larger than this is none. Bytes. */
const maxRecord = 64 * 1024 * 1024;
/** Of a single model file from this size on only the header is read: the layer's digest says already that it is another one. */
const headerOnlyBytes = 16 * 1024 * 1024;

/**
 * Lists a layer while it comes: nothing is written to disk.
 * @param layer descriptor
 * @param blob its bytes
 * @param onBytes called with the bytes of each piece
 * @returns files and packages
 * @throws MlDeployError `diff/bad-layer`, `registry/*`
 */
export async function listLayer(layer: Descriptor, blob: Blob, onBytes: (bytes: number) => void): Promise<Listing> {
  const files = new Map<string, ListedFile>();
  const packages = new Map<string, readonly InstalledPackage[]>();
  const one = bytesToRead(layer) < layer.size;
  // What entries and the end mark take: of our own writer, to the byte.
  let taken = tarEnd.length;
  const open = (item: LayerItem): Sink | null => {
    taken += tarSize(item);
    // Annotations prove nothing: whoever pushes may write them. With anything besides the file, the layer is read and compared.
    if (!one || item.kind !== 'file' || taken !== layer.size) return sinkOf(item, files, packages);
    files.set(item.place, { kind: 'file', bytes: item.size, content: layer.digest });
    throw new Enough();
  };
  try {
    await readLayer(layer, blob.read(0), open, onBytes);
  } catch (error) {
    if (error instanceof LayerProblem) throw badLayer(layer, error);
    if (!(error instanceof Enough)) throw error;
  }
  return { files, packages };
}

/**
 * How much of a layer is read for its list.
 * @param layer descriptor
 * @returns bytes; 0 where the header of the only file says enough
 */
export function bytesToRead(layer: Descriptor): number {
  return isOneModelFile(layer) && layer.mediaType === mediaTypes.layer && layer.size >= headerOnlyBytes
    ? 0
    : layer.size;
}

function tarSize({ kind, path, size, target }: LayerItem): number {
  if (kind !== 'file' && kind !== 'folder') return Infinity;
  return tarHeaderSize({ kind, path, size, target, mode: 0 }) + size + padding(size).length;
}

/** What was wanted is known. */
class Enough extends Error {}

function isOneModelFile({ annotations = {} }: Descriptor): boolean {
  const title = annotations['org.opencontainers.image.title'] ?? '';
  return contentAnnotation in annotations && !/^\d+ files$/.test(title);
}

function sinkOf(
  { kind, size, target, place: path, removes }: LayerItem,
  files: Map<string, ListedFile>,
  packages: Map<string, readonly InstalledPackage[]>,
): Sink | null {
  if (removes !== null) {
    files.set(removes, { kind: 'gone', bytes: 0, content: '' });
    return null;
  }
  if (kind === 'folder') return null;
  if (kind !== 'file') {
    files.set(path, { kind, bytes: 0, content: target });
    return null;
  }
  const hash = createHash('sha256');
  const kept: Buffer[] | null = isRecord(path) && size <= maxRecord && !path.endsWith('os-release') ? [] : null;
  return {
    write: (chunk) => {
      hash.update(chunk);
      kept?.push(Buffer.from(chunk));
      return Promise.resolve();
    },
    end: () => {
      files.set(path, { kind: 'file', bytes: size, content: hash.digest('hex') });
      if (kept !== null) packages.set(path, packagesOf(path, Buffer.concat(kept).toString('utf8')));
      return Promise.resolve();
    },
  };
}

function badLayer({ digest }: Descriptor, problem: LayerProblem): MlDeployError {
  return new MlDeployError({
    code: 'diff/bad-layer',
    kind: 'infrastructure',
    message: `the layer ${digest} cannot be read: ${problem.message}`,
    hint: 'The registry gives something else than was published; build and publish the image again.',
    cause: problem,
  });
}
