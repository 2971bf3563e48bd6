import { PassThrough, Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createZstdDecompress } from 'node:zlib';

/**
 * The tar stream of a layer, whichever way it is compressed.
 * @param stream bytes of the blob
 * @param mediaType of the layer: its end tells the compression
 * @returns a stream, to be read to its end or destroyed
 */
export function unpackLayer(stream: AsyncIterable<Uint8Array>, mediaType: string): Readable {
  const source = Readable.from(stream, { objectMode: false });
  const output = new PassThrough();
  const stages = /gzip$/.test(mediaType) ? [createGunzip()] : /zstd$/.test(mediaType) ? [createZstdDecompress()] : [];
  // A failure reaches the reader of the output.
  pipeline([source, ...stages, output]).catch((error: unknown) => output.destroy(error as Error));
  return output;
}
