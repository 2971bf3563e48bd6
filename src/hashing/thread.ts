import { createHash, type Hash } from 'node:crypto';
import { Worker } from 'node:worker_threads';
import type { Hashing } from './hashing.ts';

/** Buffers between the reader and the thread. */
const count = 4;

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
export class Threaded implements Hashing {
  readonly buffers: readonly Buffer[];
  private readonly thread: Worker;
  /** By buffer, in the order of the file. */
  private readonly waiting = new Map<number, Waiting>();
  private readonly result = Promise.withResolvers<string>();
  private answered = false;
  private failure: Error | null = null;
  /** Hashes here, where the system allows no more threads. */
  private own: Hash | null = null;

  constructor(pieceBytes: number) {
    const memory = Array.from({ length: count }, () => new SharedArrayBuffer(pieceBytes));
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
