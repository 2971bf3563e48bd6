import type { FileHandle } from 'node:fs/promises';
import { hashingOf, type Hashing } from './hashing.ts';

/** Reads a file once, from front to back, and hashes what it reads; the next piece is read while the last one is looked at. */
export class HashedReading {
  private readonly handle: FileHandle;
  private readonly hashing: Hashing;
  /** Buffer of the piece that was given last. */
  private current = -1;
  private ahead: Promise<Buffer | null> | null = null;

  private constructor(handle: FileHandle, hashing: Hashing) {
    this.handle = handle;
    this.hashing = hashing;
  }

  /**
   * Of a file of about `size` bytes; its first piece is at least `smallest` bytes long, when the file is. With more than one of the
   * `processors`, by default those of the machine, a large file is hashed in a thread.
   */
  static async of(handle: FileHandle, size: number, smallest: number, processors?: number): Promise<HashedReading> {
    return new HashedReading(handle, await hashingOf(size, smallest, processors));
  }

  /** The next bytes, valid until it is asked again: none at the end of the file, null when it cannot be read. */
  async next(): Promise<Buffer | null> {
    const { buffers } = this.hashing;
    const at = (this.current + 1) % buffers.length;
    const bytes = await (this.ahead ?? this.fill(at));
    this.current = at;
    if (bytes === null || bytes.length === 0) {
      this.ahead = null;
      return bytes;
    }
    this.hashing.update(at, bytes.length);
    this.ahead = buffers.length > 1 ? this.fill((at + 1) % buffers.length) : null;
    // Whoever waits for it hears of it, but perhaps later than it happens.
    this.ahead?.catch(() => undefined);
    return bytes;
  }

  /** Hex, of all pieces that were given. */
  digest(): Promise<string> {
    return this.hashing.digest();
  }

  /** Must be called before the file is closed. */
  async close(): Promise<void> {
    try {
      await this.ahead;
    } finally {
      await this.hashing.close();
    }
  }

  /** Fills a buffer as far as the file goes; null when reading fails. */
  private async fill(at: number): Promise<Buffer | null> {
    const buffer = this.hashing.buffers[at];
    if (buffer === undefined) return null;
    await this.hashing.free(at);
    let filled = 0;
    try {
      while (filled < buffer.length) {
        const { bytesRead } = await this.handle.read(buffer, filled, buffer.length - filled, null);
        if (bytesRead === 0) break;
        filled += bytesRead;
      }
    } catch {
      return null;
    }
    return buffer.subarray(0, filled);
  }
}
