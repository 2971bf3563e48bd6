import { createHash, type Hash } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';

/** Read at a time. Bytes. */
const pieceBytes = 1024 * 1024;
/** From here on, a thread that hashes pays for its start. Bytes. */
const threadFrom = 256 * 1024 * 1024;
/** Buffers between the reader and that thread. */
const shared = 4;

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
export function hashingOf(size: number, smallest: number, processors = availableParallelism()): Hashing {
  if (size < threadFrom || processors < 2) {
    const length = Math.min(pieceBytes, Math.max(smallest, size + 1));
    // A large file is read ahead while what is there is looked at.
    return new Inline(length, size < pieceBytes ? 1 : 2);
  }
  return new Threaded();
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

/** What the thread runs: it answers each piece with the number of its buffer, and -1 with the digest. No file of its own, for the bundle's sake. */
const program = `
const { createHash } = require('node:crypto');
const { parentPort, workerData } = require('node:worker_threads');
const buffers = workerData.map((bytes) => new Uint8Array(bytes));
const hash = createHash('sha256');
parentPort.on('message', ([buffer, length]) => {
  if (buffer < 0) parentPort.postMessage(hash.digest('hex'));
  else {
    hash.update(buffers[buffer].subarray(0, length));
    parentPort.postMessage(buffer);
  }
});
`;

/** A piece that is not hashed yet. */
interface Waiting {
  readonly length: number;
  readonly done: PromiseWithResolvers<undefined>;
}

/** Hashes in a thread, in memory that both share: what is hashed is what is looked at. */
class Threaded implements Hashing {
  readonly buffers: readonly Buffer[];
  private readonly thread: Worker;
  /** By buffer, in the order of the file. */
  private readonly waiting = new Map<number, Waiting>();
  private readonly result = Promise.withResolvers<string>();
  private answered = false;
  private failure: Error | null = null;
  /** Hashes here, where the system allows no more threads. */
  private own: Hash | null = null;

  constructor() {
    const memory = Array.from({ length: shared }, () => new SharedArrayBuffer(pieceBytes));
    this.buffers = memory.map((bytes) => Buffer.from(bytes));
    this.thread = new Worker(program, { eval: true, execArgv: [], workerData: memory });
    this.thread.on('message', (answer: number | string) => this.take(answer));
    this.thread.on('error', (error: Error) => this.fail(error));
    this.thread.on('exit', () => this.fail(new Error('the thread that hashes has ended')));
    // Whoever waits hears of it.
    this.result.promise.catch(() => undefined);
  }

  update(buffer: number, length: number): void {
    if (this.own !== null) {
      this.own.update(this.bytes(buffer, length));
      return;
    }
    const done = Promise.withResolvers<undefined>();
    done.promise.catch(() => undefined);
    this.waiting.set(buffer, { length, done });
    if (this.failure === null) this.thread.postMessage([buffer, length]);
    else done.reject(this.failure);
  }

  async free(buffer: number): Promise<void> {
    await this.waiting.get(buffer)?.done.promise;
  }

  async digest(): Promise<string> {
    for (const { done } of this.waiting.values()) await done.promise;
    if (this.own !== null) return this.own.digest('hex');
    this.thread.postMessage([-1, 0]);
    return this.result.promise;
  }

  async close(): Promise<void> {
    await this.thread.terminate();
  }

  private take(answer: number | string): void {
    this.answered = true;
    if (typeof answer === 'string') {
      this.result.resolve(answer);
      return;
    }
    this.waiting.get(answer)?.done.resolve(undefined);
    this.waiting.delete(answer);
  }

  private fail(error: Error): void {
    if (this.own !== null || this.failure !== null) return;
    if (this.answered) {
      this.failure = error;
      for (const { done } of this.waiting.values()) done.reject(error);
      this.result.reject(error);
      return;
    }
    // It has not even begun: every piece is still there.
    this.own = createHash('sha256');
    for (const [buffer, { length, done }] of this.waiting) {
      this.own.update(this.bytes(buffer, length));
      done.resolve(undefined);
    }
    this.waiting.clear();
    // Of a file that has lost all its bytes, the digest is asked for before there is any piece.
    this.result.resolve(this.own.copy().digest('hex'));
  }

  private bytes(buffer: number, length: number): Buffer {
    return (this.buffers[buffer] ?? Buffer.alloc(0)).subarray(0, length);
  }
}
