import { createZstdDecompress } from 'node:zlib';
import type { Sink, Unpacking } from './unpacking.ts';
import { ZlibUnpacking } from './zlib.ts';

/** One frame of zstd. Node.js ignores in silence what stands behind it, so the end of the frame is found here (RFC 8878). */
export const unzstd = (sink: Sink): Unpacking => new ZstdFrame(sink);

class ZstdFrame implements Unpacking {
  private readonly inner: ZlibUnpacking;
  private readonly end_ = new FrameEnd();
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

/** Follows the sizes in a frame: header, blocks, checksum. */
class FrameEnd {
  private state: 'header' | 'block' | 'over' = 'header';
  private pending = Buffer.alloc(0);
  /** Bytes to go before the next part. */
  private skip = 0;
  private last = false;
  private checksum = false;

  /** How many bytes of the chunk belong to the frame. */
  take(chunk: Buffer): number {
    let at = 0;
    while (at < chunk.length) {
      if (this.skip > 0) {
        const step = Math.min(this.skip, chunk.length - at);
        this.skip -= step;
        at += step;
      } else if (this.state === 'over') {
        return at;
      } else if (this.last) {
        this.state = 'over';
      } else {
        this.pending = Buffer.concat([this.pending, chunk.subarray(at, at + 1)]);
        at++;
        this.read();
      }
    }
    return at;
  }

  private read(): void {
    const { pending } = this;
    if (this.state === 'header') {
      if (pending.length < 5) return;
      const descriptor = pending[4] ?? 0;
      const single = (descriptor & 0x20) !== 0;
      const contentSize = [single ? 1 : 0, 2, 4, 8][descriptor >> 6] ?? 0;
      this.skip = (single ? 0 : 1) + ([0, 1, 2, 4][descriptor & 3] ?? 0) + contentSize;
      this.checksum = (descriptor & 4) !== 0;
      this.state = 'block';
    } else {
      if (pending.length < 3) return;
      const block = pending.readUIntLE(0, 3);
      this.last = (block & 1) === 1;
      // A block of equal bytes has one of them.
      this.skip = ((block >> 1) & 3) === 1 ? 1 : block >> 3;
      if (this.last && this.checksum) this.skip += 4;
    }
    this.pending = Buffer.alloc(0);
  }
}
