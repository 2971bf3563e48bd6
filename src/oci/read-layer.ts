import { createHash } from 'node:crypto';

import type { Descriptor } from './manifest.ts';
import { readTar, TarProblem, type Sink, type TarItem } from './tar-reader.ts';
import { unpackLayer } from './unpack.ts';

/** A layer that is not what its manifest says, or no tar stream; the message is a clause about the layer. */
export class LayerProblem extends Error {
  override readonly name = 'LayerProblem';
}

/** One entry of a layer. */
export interface LayerItem extends TarItem {
  /** Its path without `./` before it and `/` around it. */
  readonly place: string;
  /** What it removes of lower layers, for `isRemoved`; null: it is no mark of that kind. */
  readonly removes: string | null;
}

/** What is known of a layer. */
export type LayerName = Pick<Descriptor, 'digest' | 'mediaType'> & { readonly size?: number };

/**
 * Reads a layer once, from its beginning to its end, and compares it with its digest; nothing of it is written.
 * @param layer digest and media type
 * @param stream its bytes
 * @param open says for each entry where its content goes; null: nowhere. What it throws ends the reading.
 * @param onBytes called with the number of bytes of each piece; may throw as well
 * @throws LayerProblem, after all entries when only the digest is another one; and what the stream throws
 */
export async function readLayer(
  layer: LayerName,
  stream: AsyncIterable<Uint8Array>,
  open: (item: LayerItem) => Promise<Sink | null> | Sink | null,
  onBytes: (bytes: number) => void = () => undefined,
): Promise<void> {
  const tar = unpackLayer(checkedBytes(layer, stream, onBytes), layer.mediaType);
  try {
    await readTar(tar, async (item) => {
      const place = item.path.replace(/^\.?\/+/, '').replace(/\/+$/, '');
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

/**
 * Whether a mark in a higher layer removes a path of lower ones (OCI image specification 1.1, "Whiteouts").
 * @param removes of the mark: a path, or, of an opaque folder, its path with `/` at the end, all below it
 * @param path without a slash before it
 */
export function isRemoved(removes: string, path: string): boolean {
  const below = removes === '' || removes.endsWith('/') ? removes : `${removes}/`;
  return path === removes || path.startsWith(below);
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
