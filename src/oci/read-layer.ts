import { createHash } from 'node:crypto';

import type { Descriptor } from './manifest.ts';
import { shown, TarProblem } from './tar-problem.ts';
import { readTar, type Sink, type TarItem } from './tar-reader.ts';
import { unpackLayer } from './unpack.ts';

/** A layer that is not what its manifest says, or no tar stream; the message is a clause about the layer. */
export class LayerProblem extends Error {
  override readonly name = 'LayerProblem';
}

/** One entry of a layer. */
export interface LayerItem extends TarItem {
  /** Its path as whoever unpacks the layer cleans it: without `.`, without slashes around it or twice. */
  readonly place: string;
  /** What it removes of lower layers, for `LayeredMap`; null: it is no mark of that kind. */
  readonly removes: string | null;
}

/** A layer may be packed to this share of its size, and have so many bytes besides; real ones come to a tenth. */
const mostPacked = 64;
const freeBytes = 1024 ** 3;
/** What Linux takes, in bytes. */
const longestPath = 4096;
const longestName = 255;

/** What is known of a layer. */
export type LayerName = Pick<Descriptor, 'digest' | 'mediaType'> & { readonly size?: number };

/**
 * Reads a layer once, from its beginning to its end, and compares it with its digest; nothing of it is written.
 * @param layer digest and media type
 * @param stream its bytes
 * @param open says for each entry where its content goes; null: nowhere. What it throws ends the reading.
 * @param onBytes called with the number of bytes of each piece, and with 0 while they are unpacked; may throw as well
 * @throws LayerProblem, after all entries when only the digest is another one; and what the stream throws
 */
export async function readLayer(
  layer: LayerName,
  stream: AsyncIterable<Uint8Array>,
  open: (item: LayerItem) => Promise<Sink | null> | Sink | null,
  onBytes: (bytes: number) => void = () => undefined,
): Promise<void> {
  let came = 0;
  const count = (bytes: number): void => {
    came += bytes;
    onBytes(bytes);
  };
  const tar = unpackLayer(checkedBytes(layer, stream, count), layer.mediaType);
  const most = (): number => came * mostPacked + freeBytes;
  try {
    await readTar(limited(tar, most, onBytes), async (item) => {
      const place = placeOf(item);
      return open({ ...item, place, removes: removedBy(place) });
    });
  } catch (error) {
    throw isDamage(error) ? new LayerProblem(error.message, { cause: error }) : error;
  } finally {
    tar.destroy();
  }
}

/**
 * Passes the bytes of a layer on and compares them with its digest at the end.
 * @param layer what it must be
 * @param stream its bytes
 * @param onBytes called with the number of bytes of each piece
 * @yields its pieces, not yet compared
 * @throws LayerProblem
 */
export async function* checkedBytes(
  layer: LayerName,
  stream: AsyncIterable<Uint8Array>,
  onBytes: (bytes: number) => void,
): AsyncGenerator<Buffer> {
  const { digest, size = Infinity } = layer;
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const piece of stream) {
    bytes += piece.length;
    if (bytes > size) throw new LayerProblem(`it has more than ${size} bytes`);
    hash.update(piece);
    onBytes(piece.length);
    yield Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength);
  }
  const found = `sha256:${hash.digest('hex')}`;
  if (found !== digest) throw new LayerProblem(`its bytes have the digest ${found}`);
}

async function* limited(
  tar: AsyncIterable<Uint8Array>,
  most: () => number,
  onBytes: (bytes: number) => void,
): AsyncGenerator<Uint8Array> {
  let bytes = 0;
  for await (const piece of tar) {
    bytes += piece.length;
    if (bytes > most())
      throw new LayerProblem(`it unpacks to more than ${mostPacked} times its size and ${freeBytes} bytes`);
    // Much may be unpacked while nothing comes.
    onBytes(0);
    yield piece;
  }
}

/**
 * A path as whoever unpacks a layer cleans it.
 * @param path that may go upwards
 * @returns without `.`, without slashes around it or twice
 */
export function cleanPath(path: string): string {
  return path
    .split('/')
    .filter((part) => part !== '' && part !== '.')
    .join('/');
}

function placeOf({ path, target }: TarItem): string {
  const place = cleanPath(path);
  const parts = place.split('/');
  if (parts.includes('..')) throw new TarProblem(`its entry ${shown(path)} has a path that leads upwards`);
  // A mark is no file: its name may be longer than that of what it removes.
  const isLong = (part: string): boolean => Buffer.byteLength(part.replace(/^\.wh\./, '')) > longestName;
  if (Math.max(Buffer.byteLength(path), Buffer.byteLength(target)) > longestPath || parts.some(isLong))
    throw new TarProblem(`its entry ${shown(path)} has a longer path, name or target than Linux takes`);
  return place;
}

function removedBy(place: string): string | null {
  const name = place.slice(place.lastIndexOf('/') + 1);
  if (!name.startsWith('.wh.')) return null;
  const folder = place.slice(0, place.length - name.length);
  return name === '.wh..wh..opq' ? folder : `${folder}${name.slice('.wh.'.length)}`;
}

/** What the decompressors of Node.js and the reader of tar streams throw; everything else is about reaching the bytes. */
function isDamage(error: unknown): error is Error {
  if (error instanceof TarProblem) return true;
  return error instanceof Error && 'code' in error && /^(Z_|ZSTD_|ERR_ZLIB)/.test(String(error.code));
}
