import { availableParallelism } from 'node:os';
import { HashHere, type Hasher } from './hasher.ts';
import type { HashThread } from './thread.ts';

/** Read at a time. Bytes. */
const pieceBytes = 1024 * 1024;
/** From here on, a thread that hashes pays for its start. Bytes. */
const threadFrom = 256 * 1024 * 1024;
/** Buffers between the reader and the thread. */
const threadBuffers = 4;

/** Computes the sha256 of a file while it is read and looked at. */
export class Hashing {
  /** Where to read into, in turn. */
  readonly buffers: readonly Buffer[];
  readonly #hasher: Hasher;
  /** By buffer, in the order of the file. */
  readonly #waiting = new Map<number, Promise<unknown>>();

  constructor(buffers: readonly Buffer[], hasher: Hasher) {
    this.buffers = buffers;
    this.#hasher = hasher;
  }

  /** Takes the first bytes of a buffer, which must not change until `free` has said so. */
  update(buffer: number, length: number): void {
    const done = this.#hasher.add(0, buffer, [0, length, 0]);
    // Whoever waits hears of it.
    done.catch(() => undefined);
    this.#waiting.set(buffer, done);
  }

  /** Resolves when the bytes of a buffer are hashed. Rejects when the thread that hashes has ended before its time. */
  async free(buffer: number): Promise<void> {
    await this.#waiting.get(buffer);
  }

  /** Hex, of everything so far; nothing may be added afterwards. Rejects as `free` does. */
  async digest(): Promise<string> {
    await Promise.all(this.#waiting.values());
    const [digest = ''] = await this.#hasher.add(0, 0, [0, 0, 1]);
    return digest;
  }

  /** Lets go of what it holds. */
  close(): Promise<void> {
    return this.#hasher.close();
  }
}

/** A thread for the file that is hashed next. */
let ready: Promise<Prepared> | null = null;

/**
 * Starts the thread for a file of about `size` bytes that is hashed soon, if it is large enough for one: starting takes as long as hashing
 * some 50 MB. It keeps no process from ending.
 */
export function hashingSoon(size: number, processors = availableParallelism()): void {
  if (!isForThread(size, processors)) return;
  ready ??= prepare();
  // Whoever hashes with it hears of it; perhaps nobody does.
  ready.catch(() => undefined);
}

/** For a file of about `size` bytes: `smallest` is the smallest buffer that its reader can use, bytes. */
export async function hashingOf(size: number, smallest: number, processors = availableParallelism()): Promise<Hashing> {
  if (!isForThread(size, processors)) {
    const length = Math.min(pieceBytes, Math.max(smallest, size + 1));
    // A large file is read ahead while what is there is looked at.
    const count = size < pieceBytes ? 1 : 2;
    const buffers = Array.from({ length: count }, () => Buffer.allocUnsafe(length));
    return new Hashing(buffers, new HashHere(buffers));
  }
  const taken = ready ?? prepare();
  ready = null;
  const { buffers, thread } = await taken;
  thread.hold(true);
  return new Hashing(buffers, thread);
}

function isForThread(size: number, processors: number): boolean {
  return size >= threadFrom && processors >= 2;
}

/** A thread that nobody has given anything to hash. */
interface Prepared {
  readonly buffers: readonly Buffer[];
  readonly thread: HashThread;
}

async function prepare(): Promise<Prepared> {
  const { HashThread } = await import('./thread.ts');
  const memory = Array.from({ length: threadBuffers }, () => new SharedArrayBuffer(pieceBytes));
  const thread = new HashThread(memory);
  thread.hold(false);
  return { buffers: memory.map((bytes) => Buffer.from(bytes)), thread };
}
