import { createHash } from 'node:crypto';
import { availableParallelism } from 'node:os';

/** Read at a time. Bytes. */
const pieceBytes = 1024 * 1024;
/** From here on, a thread that hashes pays for its start. Bytes. */
const threadFrom = 256 * 1024 * 1024;

/** Computes the sha256 of a file while it is read and looked at. */
export interface Hashing {
  /** Where to read into, in turn. */
  readonly buffers: readonly Buffer[];
  /** Takes the first bytes of a buffer, which must not change until `free` has said so. */
  update(buffer: number, length: number): void;
  /** Resolves when the bytes of a buffer are hashed. Rejects when the thread that hashes has ended before its time. */
  free(buffer: number): Promise<void>;
  /** Hex, of everything so far; nothing may be added afterwards. Rejects as `free` does. */
  digest(): Promise<string>;
  /** Lets go of what it holds. */
  close(): Promise<void>;
}

/** For a file of about `size` bytes: `smallest` is the smallest buffer that its reader can use, bytes. */
export async function hashingOf(size: number, smallest: number, processors = availableParallelism()): Promise<Hashing> {
  if (size < threadFrom || processors < 2) {
    const length = Math.min(pieceBytes, Math.max(smallest, size + 1));
    // A large file is read ahead while what is there is looked at.
    return new Inline(length, size < pieceBytes ? 1 : 2);
  }
  const { Threaded } = await import('./thread.ts');
  return new Threaded(pieceBytes);
}

/** Hashes where it is asked to. */
class Inline implements Hashing {
  readonly buffers: readonly Buffer[];
  private readonly hash = createHash('sha256');

  constructor(length: number, buffers: number) {
    this.buffers = Array.from({ length: buffers }, () => Buffer.allocUnsafe(length));
  }

  update(buffer: number, length: number): void {
    const bytes = this.buffers[buffer];
    if (bytes !== undefined) this.hash.update(bytes.subarray(0, length));
  }

  free(): Promise<void> {
    return Promise.resolve();
  }

  digest(): Promise<string> {
    return Promise.resolve(this.hash.digest('hex'));
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}
