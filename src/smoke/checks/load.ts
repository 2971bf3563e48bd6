import { setTimeout as delay } from 'node:timers/promises';
import type { GpuMemoryCourse } from '../../gpu/memory-course.ts';
import type { Ask } from '../../server/protocols/protocol.ts';
import type { MemorySample } from '../memory-trend.ts';
import { warmUpClient } from '../client-warm-up.ts';
import { put, shorten, type Trial } from './check.ts';

/** Sent first and not counted: caches, lazy imports and clocks of the processor are warm then. */
const leastWarmUp = 5;

/** As the probe of the deployment has it: it waits 5 s for an answer, and the third failure in a row restarts the server. */
const liveTimeoutMs = 5_000;
export const restartAfter = 3;
const liveEveryMs = 250;

/** Looks at the memory during one run. */
const memoryLooks = 60;

/** How often people are told how far it is, milliseconds: drawing takes time that would be measured. */
const tellEveryMs = 100;

export interface Load {
  /** Of answered requests after the warm-up, milliseconds. */
  readonly times: readonly number[];
  /** When those answers were complete, milliseconds since the first measured request. */
  readonly ends: readonly number[];
  readonly firstTokens: readonly number[];
  readonly problems: readonly string[];
  /** From the first to the last measured request, milliseconds. */
  readonly wallMs: number;
  readonly live: LiveSeen;
  readonly memory: readonly MemorySample[];
  /** Of each of its GPUs; empty where nobody looks. */
  readonly gpuMemory: readonly GpuMemoryCourse[];
  /** What a request to nobody takes here, milliseconds: so much of each time may be ours. Null: not known. */
  readonly ownMs: number | null;
}

/** What the path of the liveness probe said while the server was busy. */
export interface LiveSeen {
  readonly asked: number;
  /** Most failures in a row. */
  readonly inRow: number;
  /** What the last failure was; null: none. */
  readonly failure: string | null;
}

/** How many requests warm the server up: each connection at least once. */
export function warmUpRequests(concurrency: number): number {
  return Math.max(leastWarmUp, concurrency);
}

/**
 * Sends so many requests, `smoke.concurrency` of them at a time, after a warm-up of the same kind; meanwhile asks the path of
 * the liveness probe, and looks at the memory of the server. Ends early when the server does not answer at all.
 */
export async function load(trial: Trial, asks: readonly Ask[], requests: number): Promise<Load> {
  const { concurrency } = trial.config.smoke;
  const warmUp = warmUpRequests(concurrency);
  const times: number[] = [];
  const ends: number[] = [];
  const firstTokens: number[] = [];
  const problems: string[] = [];
  const looks = new MemoryLooks(trial, requests);
  let lost = false;
  let began = 0;
  let told = 0;
  const one = async (sent: number, counts: boolean) => {
    const ask = asks[sent % asks.length];
    if (ask === undefined) return;
    const outcome = await put(trial, ask);
    // What it says is for other checks; an error is not an answer, however fast it comes.
    const served = outcome.kind === 'answer' && outcome.status >= 200 && outcome.status < 300;
    if (!served) problems.push(`${ask.name}: ${shorten(trial.discovery.judge(ask, outcome))}`);
    if (outcome.kind === 'none') lost = true;
    if (!served || !counts) return;
    times.push(outcome.ms);
    ends.push(performance.now() - began);
    const firstToken = trial.discovery.firstTokenMs?.(ask, outcome) ?? null;
    if (firstToken !== null) firstTokens.push(firstToken);
    await looks.after(times.length);
  };
  const phase = async (from: number, to: number, counts: boolean) => {
    let next = from;
    const connection = async () => {
      while (next < to && !lost) {
        const sent = next++;
        await one(sent, counts);
        if (performance.now() - told < tellEveryMs) continue;
        told = performance.now();
        trial.task.update(`request ${sent + 1} of ${warmUp + requests}`, (sent + 1) / (warmUp + requests));
      }
    };
    await Promise.all(Array.from({ length: Math.min(concurrency, to - from) }, connection));
  };
  const ownMs = await warmUpClient(requests).catch(() => null);
  await trial.running.gpu?.rest();
  await phase(0, warmUp, false);
  // The first look may have to search for the program.
  await trial.running.memory?.().catch(() => null);
  began = performance.now();
  const over = new AbortController();
  const living = askLive(trial, over.signal);
  // An error of the requests goes first; this one is thrown below.
  living.catch(() => undefined);
  const idle = trial.running.gpu?.keepBusy(() => times.length);
  try {
    await phase(warmUp, warmUp + requests, true);
  } finally {
    over.abort();
  }
  const wallMs = performance.now() - began - looks.waitedMs / concurrency;
  const gpuMemory = (await idle?.(wallMs)) ?? [];
  return {
    times,
    ends,
    firstTokens,
    problems,
    wallMs,
    ownMs,
    live: await living,
    memory: await looks.all(),
    gpuMemory,
  };
}

/** Asks until the load is over, and then until an answer or the third failure settles what the last failure was. */
async function askLive({ running, server, config, signal }: Trial, over: AbortSignal): Promise<LiveSeen> {
  const { livePath: path } = server.probes(config);
  let [asked, inRow, most] = [0, 0, 0];
  let failure: string | null = null;
  while (!over.aborted || (inRow > 0 && inRow < restartAfter)) {
    if (signal.aborted) break;
    const outcome = await running.send({ method: 'GET', path, timeoutMs: liveTimeoutMs, signal });
    asked++;
    const well = outcome.kind === 'answer' && outcome.status >= 200 && outcome.status < 400;
    inRow = well ? 0 : inRow + 1;
    most = Math.max(most, inRow);
    if (!well) failure = outcome.kind === 'answer' ? `HTTP ${outcome.status}` : 'no answer within 5 s';
    // The interrupt itself is told by the request that it breaks.
    await delay(liveEveryMs, undefined, { signal: over }).catch(() => undefined);
  }
  return { asked, inRow: most, failure };
}

/** The next request of a connection waits for a look so long, milliseconds: a quick one then disturbs no measured time. */
const lookMs = 20;

/** Looks between requests, and beside them where a look takes long; never two at once. */
class MemoryLooks {
  readonly #trial: Trial;
  readonly #every: number;
  readonly #samples: MemorySample[] = [];
  readonly #looks: Promise<void>[] = [];
  #next = 0;
  /** Spent waiting for looks, by all connections together, milliseconds. */
  waitedMs = 0;

  constructor(trial: Trial, requests: number) {
    this.#trial = trial;
    this.#every = Math.max(1, Math.floor(requests / memoryLooks));
  }

  async after(requests: number): Promise<void> {
    const { running } = this.#trial;
    if (running.memory === undefined || requests < this.#next) return;
    this.#next = requests + this.#every;
    const began = performance.now();
    await this.#looks.at(-1);
    const look = running
      .memory()
      .then((bytes) => {
        if (bytes !== null) this.#samples.push({ requests, bytes });
      })
      // A look that fails is no look.
      .catch(() => undefined);
    this.#looks.push(look);
    await Promise.race([look, delay(lookMs, undefined, { ref: false })]);
    this.waitedMs += performance.now() - began;
  }

  async all(): Promise<readonly MemorySample[]> {
    await Promise.all(this.#looks);
    return this.#samples;
  }
}
