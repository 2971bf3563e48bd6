import { createHash } from 'node:crypto';

import type { MlDeployError } from '../../errors.ts';
import type { Descriptor } from '../manifest.ts';

/**
 * Passes the bytes of a blob on and compares them with its digest at the end.
 * @param stream of the blob
 * @param descriptor what it must be
 * @param onBytes called with the number of bytes of each piece
 * @param problem makes the error from a clause
 * @yields its pieces, not yet compared
 */
export async function* verified(
  stream: AsyncIterable<Uint8Array>,
  descriptor: Descriptor,
  onBytes: (bytes: number) => void,
  problem: (what: string) => MlDeployError,
): AsyncGenerator<Buffer> {
  const { digest, size } = descriptor;
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const piece of stream) {
    bytes += piece.length;
    if (bytes > size) break;
    hash.update(piece);
    onBytes(piece.length);
    yield Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength);
  }
  const found = `sha256:${hash.digest('hex')}`;
  if (bytes !== size || found !== digest)
    throw problem(`a layer is not what its digest says: expected ${digest}, found ${found}`);
}
