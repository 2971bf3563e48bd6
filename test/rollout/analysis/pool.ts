import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { together, type Tally } from './simulation.ts';
import type { Chunk } from './worker.ts';

/** Runs cases on all cores; the result depends on the seeds alone, not on how many cores there are. */
export interface Pool {
  run(name: string, runs: number): Promise<Tally>;
  close(): Promise<void>;
}

const chunkRuns = 500;

/** Starts one worker per core. */
export function startPool(): Pool {
  const workers = Array.from(
    { length: availableParallelism() },
    () => new Worker(new URL('./worker.ts', import.meta.url), { execArgv: ['--disable-warning=ExperimentalWarning'] }),
  );
  return {
    run: async (name, runs) => {
      const chunks: Chunk[] = [];
      for (let done = 0; done < runs; done += chunkRuns) {
        chunks.push({ name, firstSeed: 1 + done, runs: Math.min(chunkRuns, runs - done) });
      }
      const tallies = await Promise.all(workers.map((worker) => drain(worker, chunks)));
      return tallies.flatMap((each) => each ?? []).reduce(together);
    },
    close: async () => {
      await Promise.all(workers.map((worker) => worker.terminate()));
    },
  };
}

/** One worker takes chunk after chunk; null when the others were faster. */
async function drain(worker: Worker, chunks: Chunk[]): Promise<Tally | null> {
  let sum: Tally | null = null;
  for (let chunk = chunks.shift(); chunk !== undefined; chunk = chunks.shift()) {
    const part = await ask(worker, chunk);
    sum = sum === null ? part : together(sum, part);
  }
  return sum;
}

function ask(worker: Worker, chunk: Chunk): Promise<Tally> {
  return new Promise((resolve, reject) => {
    const end = (): void => {
      worker.off('message', done);
      worker.off('error', failed);
    };
    const done = (part: Tally): void => {
      end();
      resolve(part);
    };
    const failed = (error: Error): void => {
      end();
      reject(error);
    };
    worker.on('message', done);
    worker.on('error', failed);
    worker.postMessage(chunk);
  });
}
