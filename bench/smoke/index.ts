import { spawn, type ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

import type { TimeQuantiles } from '../../src/pipeline/evidence.ts';
import { trainIris } from '../../test/server/fastapi/python.ts';
import { startServer } from '../../test/server/fastapi/running-server.ts';
import { type Client, hey, ours, type Question, type Told, wrk } from './clients.ts';
import { middle, overlaps, overTurns, quantileNames } from './turns.ts';

const goals = {
  /** Everything but the server's own time, for 200 requests. */
  overheadSeconds: 3,
} as const;

/** The interval of a median over turns needs 6. */
const turnsOfAll = Number(process.env['MLDEPLOY_BENCH_TURNS'] ?? 12);
/** Enough for an interval of p99 in each run. */
const requests = Number(process.env['MLDEPLOY_BENCH_REQUESTS'] ?? 600);

interface Target {
  readonly title: string;
  readonly question: Omit<Question, 'concurrency' | 'requests'>;
  /** Milliseconds that it had requests open so far; null: it does not tell. */
  readonly spent: () => Promise<number>;
  readonly stop: () => Promise<void>;
}

interface Result {
  readonly target: string;
  readonly concurrency: number;
  readonly overheadSeconds: number;
  readonly runs: Readonly<Record<string, readonly TimeQuantiles[]>>;
}

/** Prints the figures, turn by turn in one run; true when the goals are met. */
export async function run(): Promise<boolean> {
  const folder = mkdtempSync(join(tmpdir(), 'ml-deploy-bench-'));
  console.log(
    `${turnsOfAll} turns of ${requests} requests each; load of the machine ${loadavg()[0]?.toFixed(1) ?? '?'} on ${cpus().length} cores`,
  );
  const results: Result[] = [];
  let met = true;
  try {
    mkdirSync(join(folder, 'model'));
    writeFileSync(join(folder, 'model/weights.bin'), 'x');
    for (const start of [
      () => bare('a bare HTTP server', 0),
      () => bare('a server that takes 5 ms', 5),
      () => fastapi(folder),
    ]) {
      const target = await start();
      try {
        const overheadSeconds = await overhead(target, folder);
        for (const concurrency of [1, 4]) {
          const runs = await turns({ ...target.question, requests, concurrency }, folder);
          const result = { target: target.title, concurrency, overheadSeconds, runs };
          met = judge(result) && met;
          results.push(result);
          save(results);
        }
      } finally {
        await target.stop();
      }
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return met;
}

/** Whole commands for 200 requests, less what the server had requests open; the median of five. */
async function overhead({ question, spent }: Target, folder: string): Promise<number> {
  const seconds: number[] = [];
  for (let round = 0; round < 5; round++) {
    const before = await spent();
    const { wallMs } = await ours.ask({ ...question, requests: 200, concurrency: 1 }, folder);
    seconds.push((wallMs - (await spent()) + before) / 1000);
  }
  return middle(seconds);
}

/** All clients one after the other, in an order that turns. */
async function turns(question: Question, folder: string): Promise<Record<string, TimeQuantiles[]>> {
  const clients: readonly Client[] = [ours, hey, wrk];
  const found: Record<string, TimeQuantiles[]> = {};
  // Server and files are warm for all.
  for (const client of clients) await client.ask(question, folder);
  for (let turn = 0; turn < turnsOfAll; turn++) {
    for (let index = 0; index < clients.length; index++) {
      const client = clients[(turn + index) % clients.length];
      if (client === undefined) continue;
      const { times }: Told = await client.ask(question, folder);
      (found[client.id] ??= []).push(times);
    }
  }
  return found;
}

function judge({ target, concurrency, overheadSeconds, runs }: Result): boolean {
  let met = true;
  const resolution: Readonly<Record<string, number>> = Object.fromEntries(
    [ours, hey, wrk].map((each) => [each.id, each.resolutionMs]),
  );
  console.log(`\n${target}, ${concurrency} at a time`);
  if (concurrency === 1) {
    const good = overheadSeconds < goals.overheadSeconds;
    met &&= good;
    console.log(
      `  200 requests: ${overheadSeconds.toFixed(2)} s beside the server's own time (goal ${goals.overheadSeconds} s)  ${good ? 'met' : 'NOT MET'}`,
    );
  }
  const mine = runs[ours.id] ?? [];
  for (const name of quantileNames) {
    const own = overTurns(mine, name);
    const cells = [hey.id, wrk.id].map((id) => {
      const theirs = overTurns(runs[id] ?? [], name);
      // What is rounded to 0.1 ms is up to 0.05 ms more or less.
      const slack = ((resolution[id] ?? 0) + (resolution[ours.id] ?? 0)) / 2;
      const overlap = own.low <= theirs.high + slack && theirs.low <= own.high + slack;
      if (id === hey.id) met &&= overlap;
      return `${id} ${text(theirs)} ${overlap ? 'overlaps' : 'DOES NOT OVERLAP'}, in one turn ${overlaps(mine, runs[id] ?? [], name, slack)} of ${mine.length}`;
    });
    const peers = overlaps(runs[hey.id] ?? [], runs[wrk.id] ?? [], name, (resolution[hey.id] ?? 0) / 2);
    console.log(`  ${name}  ml-deploy ${text(own)};  ${cells.join(';  ')};  hey and wrk in one turn ${peers}`);
  }
  return met;
}

function text({ low, high, median }: { readonly low: number; readonly high: number; readonly median: number }): string {
  return `${median.toFixed(2)} ms (${low.toFixed(2)} to ${high.toFixed(2)})`;
}

async function bare(title: string, medianMs: number): Promise<Target> {
  const port = 20_000 + (process.pid % 20_000) + medianMs;
  const program = fileURLToPath(new URL('bare-server.ts', import.meta.url));
  const child: ChildProcess = spawn(process.execPath, [program, String(port), String(medianMs)], { stdio: 'inherit' });
  const spent = async () => ((await (await fetch(`http://127.0.0.1:${port}/spent`)).json()) as { spent: number }).spent;
  for (let tries = 0; ; tries++) {
    try {
      await spent();
      break;
    } catch (error) {
      if (tries > 50) throw error;
      await delay(100);
    }
  }
  return {
    title,
    question: { port, path: '/score', body: '{"rows": [[1, 2, 3]]}', answer: '$.scores' },
    spent,
    stop: () => {
      child.kill('SIGKILL');
      return Promise.resolve();
    },
  };
}

/** The FastAPI server of this project with a model of scikit-learn. */
async function fastapi(folder: string): Promise<Target> {
  const root = join(folder, 'iris');
  mkdirSync(root);
  await trainIris(root);
  const server = await startServer({ root });
  await server.ready();
  return {
    title: 'FastAPI and uvicorn with a model of scikit-learn',
    question: { port: server.port, path: '/predict', body: '{"inputs": [[5.1, 3.5, 1.4, 0.2]]}', answer: '$.outputs' },
    spent: async () => {
      const metrics = await server.metrics();
      const sums = [...metrics].filter(([series]) => /duration_seconds_sum/.test(series));
      return sums.reduce((total, [, value]) => total + value * 1000, 0);
    },
    stop: () => server.stop(),
  };
}

function save(results: readonly Result[]): void {
  const target = fileURLToPath(new URL('results/latest.json', import.meta.url));
  mkdirSync(fileURLToPath(new URL('results', import.meta.url)), { recursive: true });
  const rounded = (_: string, value: unknown): unknown =>
    typeof value === 'number' ? Number(value.toPrecision(4)) : value;
  const facts = {
    at: new Date().toISOString(),
    processor: cpus()[0]?.model,
    cores: cpus().length,
    load: loadavg()[0],
    turns: turnsOfAll,
    requests,
  };
  writeFileSync(target, `${JSON.stringify({ ...facts, results }, rounded, 1)}\n`);
}
