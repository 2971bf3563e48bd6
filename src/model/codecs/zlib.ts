import { once } from 'node:events';
import {
  createGunzip,
  createInflate,
  createInflateRaw,
  type Gunzip,
  type Inflate,
  type InflateRaw,
  type ZstdDecompress,
} from 'node:zlib';
import { Stopped, type Sink, type Unpacking } from './unpacking.ts';

type Stream = Gunzip | Inflate | InflateRaw | ZstdDecompress;

/** Packed bytes that an unpacker is given at a time: what it makes of them is checked in between. */
const stepBytes = 256 * 1024;

/** Bytes that come out at a time. */
const options = { chunkSize: 64 * 1024 };

export const gunzip = (sink: Sink): Unpacking => new ZlibUnpacking(createGunzip(options), sink);
export const inflate = (sink: Sink): Unpacking => new ZlibUnpacking(createInflate(options), sink);
export const inflateRaw = (sink: Sink): Unpacking => new ZlibUnpacking(createInflateRaw(options), sink);

/** Deflate in its three wrappings, and one frame of zstd, by the streams of Node.js. */
export class ZlibUnpacking implements Unpacking {
  private readonly stream: Stream;
  private readonly outcome: Promise<string | null>;
  private over = false;

  constructor(stream: Stream, sink: Sink) {
    this.stream = stream;
    this.outcome = this.drain(sink);
  }

  get used(): number {
    return this.stream.bytesWritten;
  }

  async write(chunk: Buffer): Promise<void> {
    for (let from = 0; from < chunk.length && !this.over; from += stepBytes) {
      // The stream keeps its input until it has used it, and the caller reuses the chunk.
      if (this.stream.write(Buffer.from(chunk.subarray(from, from + stepBytes)))) continue;
      // An error is the outcome's to tell.
      await Promise.race([once(this.stream, 'drain').catch(() => null), this.outcome]);
    }
  }

  async end(): Promise<string | null> {
    if (!this.over) this.stream.end();
    return this.outcome;
  }

  destroy(): void {
    this.stream.destroy();
  }

  /** Null when everything was unpacked, else what was wrong. */
  private async drain(sink: Sink): Promise<string | null> {
    try {
      for await (const chunk of this.stream) await sink(chunk as Buffer);
      return null;
    } catch (error) {
      if (error instanceof Error && (error instanceof Stopped || 'code' in error)) return error.message;
      throw error;
    } finally {
      this.over = true;
      this.stream.destroy();
    }
  }
}
