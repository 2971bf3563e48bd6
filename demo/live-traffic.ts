import { setTimeout as delay } from 'node:timers/promises';
import { Traffic, type TrafficResult } from '../test/cluster/traffic.ts';
import { DemoProblem } from './problem.ts';

export interface LiveTraffic {
  /** Waits for the first good answer. */
  firstAnswer(): Promise<void>;
  /** Lets a few seconds of calm traffic pass, so that the end of the story is on record. */
  settle(): Promise<void>;
  stop(): Promise<void>;
  readonly results: readonly TrafficResult[];
}

interface Options {
  readonly url: string;
  readonly rate: number;
  readonly rows: readonly (readonly number[])[];
  readonly say: (line: string) => void;
}

/** Users: one held-out row per request, at a steady rate whatever comes back. */
export function liveTraffic({ url, rate, rows, say }: Options): LiveTraffic {
  // Rows in a scattered order: neighbours in the file should not arrive together.
  const body = (number: number): unknown => ({ inputs: [rows[(number * 61) % rows.length]] });
  const traffic = new Traffic({ url, rate, body, newConnections: 0.5, timeout: 10_000 }).start();
  let told = 0;
  const beat = setInterval(() => {
    const failures = traffic.failures(told);
    told = Date.now();
    if (failures.length > 0) say(`  live traffic: ${failures.length} failed requests in the last 5 s`);
  }, 5000);
  return {
    results: traffic.results,
    async firstAnswer() {
      const end = performance.now() + 15_000;
      while (!traffic.results.some((result) => result.ok)) {
        if (performance.now() > end) {
          const last = traffic.results.at(-1);
          throw new DemoProblem(
            `The Service does not answer at ${url}: ${last?.error ?? `status ${last?.status ?? 'none'}`}`,
          );
        }
        await delay(100);
      }
    },
    settle: () => delay(5000),
    async stop() {
      clearInterval(beat);
      await traffic.stop();
    },
  };
}
