import { Worker } from 'node:worker_threads';
import { maxBytes } from './mutate.ts';
import type { FromWorker, Job } from './protocol.ts';

/** An input that made the validator break a promise. */
export interface Broken extends Job {
  readonly why: string;
}

export interface Fuzzed {
  readonly executions: number;
  /** Blocks of the validator that ran, with how often in powers of 4. */
  readonly blocks: number;
  readonly kept: number;
  readonly broken: readonly Broken[];
  /** How much the resident set of the process grew at most, bytes: what others have left in it is not ours. */
  readonly peak: number;
}

export interface FuzzOptions {
  /** At most so long. */
  readonly seconds: number;
  readonly seed: number;
  /** Number of inputs; default: as many as the time allows. */
  readonly most?: number;
  /** Told about once a second. */
  readonly onProgress?: (soFar: Omit<Fuzzed, 'broken'>) => void;
}

/** No input may take longer than this, however busy the machine is. Milliseconds. */
const hangMs = 60_000;

/**
 * Feeds mutated models to the validator for some time, led by the coverage of its code. What breaks a promise (an exception, a hang, too slow, judged
 * differently in pieces, control characters in messages, out of memory) is returned with its input.
 */
export async function fuzz({ seconds, seed, most = Infinity, onProgress }: FuzzOptions): Promise<Fuzzed> {
  const current = new SharedArrayBuffer(260 + maxBytes);
  const worker = new Worker(new URL('./worker.ts', import.meta.url), {
    workerData: { seed, most, current },
    resourceLimits: { maxOldGenerationSizeMb: 256 },
  });
  const broken: Broken[] = [];
  let counts = { executions: 0, blocks: 0, kept: 0 };
  let heard = performance.now();
  let told = 0;
  let peak = 0;
  const before = process.memoryUsage.rss();
  const until = performance.now() + seconds * 1000;
  const done = new Promise<void>((resolve) => {
    const giveUp = (why: string): void => {
      broken.push({ ...lastInput(current), why });
      resolve();
    };
    worker.on('message', (message: FromWorker) => {
      heard = performance.now();
      if (message.kind === 'broken') {
        broken.push({ name: message.name, content: Buffer.from(message.content), why: message.why });
        return;
      }
      const { executions, blocks, kept } = message;
      counts = { executions, blocks, kept };
      if (message.kind === 'end') resolve();
      else if (heard > until || broken.length >= 50) worker.postMessage('stop');
      if (heard - told < 1000) return;
      told = heard;
      onProgress?.({ ...counts, peak });
    });
    worker.on('error', (error) => {
      giveUp(error instanceof Error ? error.message : String(error));
    });
    worker.on('exit', () => {
      resolve();
    });
    const watch = setInterval(() => {
      peak = Math.max(peak, process.memoryUsage.rss() - before);
      if (performance.now() - heard > hangMs) giveUp(`no end after ${hangMs / 1000} s`);
    }, 250);
    worker.once('exit', () => {
      clearInterval(watch);
    });
  });
  await done;
  await worker.terminate();
  return { ...counts, broken, peak };
}

/** The input that was being judged. */
function lastInput(current: SharedArrayBuffer): Job {
  const bytes = Buffer.from(new Uint8Array(current));
  const length = bytes.readUInt32BE(256);
  return { name: bytes.toString('utf8', 1, 1 + (bytes[0] ?? 0)), content: bytes.subarray(260, 260 + length) };
}
