import { availableParallelism } from 'node:os';
import { HashHere, type Hasher, type Runs } from './hasher.ts';
import { HashThread } from './thread.ts';

/** Bytes of a piece: it stays in the cache of a processor between its reading and its hashing. */
const pieceBytes = 1024 * 1024;
/** From so many bytes on, threads pay for their start. */
const threadsFrom = 64 * 1024 * 1024;
/** More would not help: then reading and sending take longer than hashing. */
const mostThreads = 4;
/** Pieces of each stream that is read at the same time: one is read, one is used, two are hashed. */
const piecesPerReader = 4;

/** With one processor, a thread would only add work. */
function threadsFor(bytes: number): number {
  const processors = availableParallelism();
  return processors < 2 || bytes < threadsFrom ? 0 : Math.min(mostThreads, processors);
}

/** Memory that is filled, hashed and sent, and then used again. */
export interface Piece {
  readonly number: number;
  readonly bytes: Buffer;
}

/** Memory and threads for streams that are hashed while they are read and sent: bounded, however many streams there are. */
export class HashCrew {
  readonly #hashers: { readonly hasher: Hasher; bytes: number }[];
  readonly #free: Piece[];
  readonly #takers: ((piece: Piece) => void)[] = [];
  #streams = 0;

  /**
   * @param bytes of all streams together, every byte counted as often as it is hashed
   * @param readers streams that are read at the same time
   * @param threads that hash; with none, everything is hashed where it is asked for
   */
  constructor(bytes: number, readers: number, threads = threadsFor(bytes)) {
    const count = readers * piecesPerReader;
    const length = Math.min(pieceBytes, Math.max(64 * 1024, bytes));
    const memory = Array.from({ length: count }, () => new SharedArrayBuffer(length));
    this.#free = memory.map((shared, number): Piece => ({ number, bytes: Buffer.from(shared) }));
    const hashers: Hasher[] = startThreads(threads, memory);
    if (hashers.length === 0) hashers.push(new HashHere(this.#free.map((piece) => piece.bytes)));
    this.#hashers = hashers.map((hasher) => ({ hasher, bytes: 0 }));
  }

  /** A piece that nobody uses; waits for one. */
  async take(): Promise<Piece> {
    return this.#free.shift() ?? new Promise((resolve) => this.#takers.push(resolve));
  }

  /** Gives a piece back. */
  give(piece: Piece): void {
    const taker = this.#takers.shift();
    if (taker === undefined) this.#free.push(piece);
    else taker(piece);
  }

  /**
   * Begins a stream of digests, where there is the least to do.
   * @param bytes that will be hashed
   * @returns takes the next bytes, as `Hasher.add` does
   */
  stream(bytes: number): (piece: Piece, runs: Runs) => Promise<string[]> {
    const stream = this.#streams++;
    const [first, ...others] = this.#hashers;
    if (first === undefined) throw new Error('nobody is there to hash');
    const idlest = others.reduce((least, one) => (one.bytes < least.bytes ? one : least), first);
    idlest.bytes += bytes;
    return ({ number }, runs) => idlest.hasher.add(stream, number, runs);
  }

  /** Ends the threads. Whoever waits for one hears that it has ended. */
  async close(): Promise<void> {
    await Promise.all(this.#hashers.map(({ hasher }) => hasher.close()));
  }
}

/** As many as the system allows. */
function startThreads(count: number, memory: readonly SharedArrayBuffer[]): HashThread[] {
  const started: HashThread[] = [];
  while (started.length < count) {
    const thread = new HashThread(memory);
    if (!thread.threaded) break;
    started.push(thread);
  }
  return started;
}
