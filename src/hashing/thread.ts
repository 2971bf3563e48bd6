import { Worker } from 'node:worker_threads';
import { HashHere, type Hasher, type Runs } from './hasher.ts';

/** What the thread runs: HashHere, and an answer to each message. No file of its own, for the bundle's sake. */
const program = `
const { createHash } = require('node:crypto');
const { parentPort, workerData } = require('node:worker_threads');
const pieces = workerData.map((memory) => new Uint8Array(memory));
const streams = new Map();
parentPort.on('message', ([stream, piece, runs]) => {
  const digests = [];
  for (let at = 0; at < runs.length; at += 3) {
    const hash = streams.get(stream) ?? createHash('sha256');
    hash.update(pieces[piece].subarray(runs[at], runs[at + 1]));
    if (runs[at + 2] === 1) digests.push(hash.digest('hex'));
    if (runs[at + 2] === 1) streams.delete(stream);
    else streams.set(stream, hash);
  }
  parentPort.postMessage(digests);
});
`;

/** Something that is not hashed yet. */
interface Waiting {
  readonly stream: number;
  readonly piece: number;
  readonly runs: Runs;
  readonly done: PromiseWithResolvers<string[]>;
}

/** Hashes in a thread, in memory that both share: what is hashed is what others look at. */
export class HashThread implements Hasher {
  /** Null where the system allows no more threads. */
  readonly #thread: Worker | null;
  readonly #pieces: readonly Uint8Array[];
  /** The first one is answered next. */
  readonly #waiting: Waiting[] = [];
  #answered = false;
  #failure: Error | null = null;
  /** Hashes here, where there is no thread. */
  #here: HashHere | null = null;

  constructor(memory: readonly SharedArrayBuffer[]) {
    this.#pieces = memory.map((bytes) => new Uint8Array(bytes));
    this.#thread = startThread(memory);
    if (this.#thread === null) this.#here = new HashHere(this.#pieces);
    this.#thread?.on('message', (digests: string[]) => {
      this.#answered = true;
      this.#waiting.shift()?.done.resolve(digests);
    });
    this.#thread?.on('error', (error: Error) => this.#fail(error));
    this.#thread?.on('exit', () => this.#fail(new Error('the thread that hashes has ended')));
  }

  /** Whether there is a thread: else it hashes where it is asked to. */
  get threaded(): boolean {
    return this.#thread !== null;
  }

  /** Whether the process waits for the thread. */
  hold(held: boolean): void {
    if (held) this.#thread?.ref();
    else this.#thread?.unref();
  }

  add(stream: number, piece: number, runs: Runs): Promise<string[]> {
    if (this.#here !== null) return this.#here.add(stream, piece, runs);
    if (this.#failure !== null) return Promise.reject(this.#failure);
    const done = Promise.withResolvers<string[]>();
    this.#waiting.push({ stream, piece, runs, done });
    this.#thread?.postMessage([stream, piece, runs]);
    return done.promise;
  }

  async close(): Promise<void> {
    await this.#thread?.terminate();
  }

  #fail(error: Error): void {
    if (this.#here !== null || this.#failure !== null) return;
    const waiting = this.#waiting.splice(0);
    if (this.#answered) {
      this.#failure = error;
      for (const { done } of waiting) done.reject(error);
      return;
    }
    // It has not even begun: every piece is still there.
    const here = new HashHere(this.#pieces);
    this.#here = here;
    for (const { stream, piece, runs, done } of waiting) done.resolve(here.add(stream, piece, runs));
  }
}

/** Null where the system allows no more threads (a limit of processes counts them): Worker throws ERR_WORKER_INIT_FAILED then, at once. */
function startThread(memory: readonly SharedArrayBuffer[]): Worker | null {
  try {
    return new Worker(program, { eval: true, execArgv: [], workerData: memory });
  } catch {
    return null;
  }
}
