import { PassThrough, Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createZstdDecompress } from 'node:zlib';

import { ZstdFrameEnd } from '../zstd-frame-end.ts';

/**
 * The tar stream of a layer, whichever way it is compressed.
 * @param stream bytes of the blob
 * @param mediaType of the layer: its end tells the compression
 * @returns a stream, to be read to its end or destroyed
 */
export function unpackLayer(stream: AsyncIterable<Uint8Array>, mediaType: string): Readable {
  const zstd = /zstd$/.test(mediaType);
  const source = Readable.from(zstd ? frames(stream) : stream, { objectMode: false });
  const output = new PassThrough();
  const stages = /gzip$/.test(mediaType) ? [createGunzip()] : zstd ? [createZstdDecompress()] : [];
  // A failure reaches the reader of the output.
  pipeline([source, ...stages, output]).catch((error: unknown) => output.destroy(error as Error));
  return output;
}

/** Cut where frames end: layers of podman and pzstd have many, and the decompressor takes a new one only with a new piece. */
async function* frames(stream: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let end = new ZstdFrameEnd();
  for await (const piece of stream) {
    for (let rest = Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength); rest.length > 0;) {
      const own = end.take(rest);
      yield rest.subarray(0, own);
      rest = rest.subarray(own);
      if (end.over) end = new ZstdFrameEnd();
    }
  }
}
