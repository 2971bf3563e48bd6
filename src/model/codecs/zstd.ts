import { createZstdDecompress } from 'node:zlib';

import { ZstdFrameEnd } from '../../zstd-frame-end.ts';
import type { Sink, Unpacking } from './unpacking.ts';
import { ZlibUnpacking } from './zlib.ts';

/** One frame of zstd. Node.js ignores in silence what stands behind it, so the end of the frame is found here (RFC 8878). */
export const unzstd = (sink: Sink): Unpacking => new ZstdFrame(sink);

class ZstdFrame implements Unpacking {
  private readonly inner: ZlibUnpacking;
  private readonly end_ = new ZstdFrameEnd();
  used = 0;

  constructor(sink: Sink) {
    this.inner = new ZlibUnpacking(createZstdDecompress({ chunkSize: 64 * 1024 }), sink);
  }

  async write(chunk: Buffer): Promise<void> {
    const own = this.end_.take(chunk);
    this.used += own;
    if (own > 0) await this.inner.write(chunk.subarray(0, own));
  }

  async end(): Promise<string | null> {
    return this.inner.end();
  }

  destroy(): void {
    this.inner.destroy();
  }
}
