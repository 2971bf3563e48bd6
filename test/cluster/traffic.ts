import { createWriteStream, type WriteStream } from 'node:fs';
import { writeFileSync } from 'node:fs';
import { Agent, request as startRequest } from 'node:http';

/** What to send, and for how long at most. */
export interface TrafficOptions {
  /** Where every request goes. */
  readonly url: string;
  /** Requests per second, sent on time whether or not earlier ones were answered. */
  readonly rate: number;
  /** Body as a JSON value, or a function of the request's number; a body makes it a POST. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** Share of the requests that open a connection of their own, 0 to 1; the others share kept-alive ones. Default 0.5. */
  readonly newConnections?: number;
  /**
   * Most idle kept-alive connections. Default 64. They are used in turn, so `idleConnections / kept requests per second` is how long one
   * may rest: a server that ends closes those that rested for its whole drain, as any server does.
   */
  readonly idleConnections?: number;
  /** Milliseconds after which a request counts as failed. Default 10 000. */
  readonly timeout?: number;
  /** Stops by itself after so many requests. Default 200 000. */
  readonly maxRequests?: number;
  /** Stops by itself after so many milliseconds. Default 30 min. */
  readonly maxDuration?: number;
  /** Decides whether a complete answer is a good one. Default: status 200 to 299. */
  readonly accept?: (status: number, body: string) => boolean;
  /** File to which each result is appended as one line of JSON. */
  readonly log?: string;
}

/** What came of one request. */
export interface TrafficResult {
  /** Number of the request, from 0. */
  readonly number: number;
  /** When it was sent, in milliseconds since 1970. */
  readonly startedAt: number;
  /** From sending to the last byte of the answer, in milliseconds. */
  readonly latencyMs: number;
  /** How much later than planned it was sent, in milliseconds: above a few, the driver's own machine is overloaded. */
  readonly lateMs: number;
  /** HTTP status; 0 when there was none. */
  readonly status: number;
  readonly ok: boolean;
  /** Why there was no complete answer. */
  readonly error?: string;
  /** Who answered: header `x-mldeploy-revision`, else the field `revision` of the body. */
  readonly revision?: string;
  /** Whether it was sent on a kept-alive connection or one of its own. */
  readonly connection: 'kept' | 'new';
  /** Whether that connection had carried a request before. */
  readonly reused: boolean;
  /** Start of the answer's body, for failures. */
  readonly body?: string;
}

/** Figures of some results. */
export interface TrafficSummary {
  readonly requests: number;
  readonly failures: number;
  /** Latency quantiles in milliseconds; NaN without requests. */
  readonly p50: number;
  readonly p99: number;
}

const keptBody = 65_536;
const sample = 300;

/** A client that sends requests at a steady rate and remembers what came of every single one. */
export class Traffic {
  readonly options: TrafficOptions;
  readonly #agent: Agent;
  readonly #results: TrafficResult[] = [];
  readonly #pending = new Set<Promise<void>>();
  #timer: NodeJS.Timeout | undefined;
  #startedAt = 0;
  #sent = 0;
  #log: WriteStream | undefined;

  constructor(options: TrafficOptions) {
    if (!(options.rate > 0)) throw new Error(`rate must be above 0, not ${options.rate}`);
    this.options = options;
    this.#agent = new Agent({ keepAlive: true, scheduling: 'fifo', maxFreeSockets: options.idleConnections ?? 64 });
  }

  /**
   * Starts sending.
   * @returns this
   */
  start(): this {
    if (this.#timer) throw new Error('traffic has already been started');
    if (this.options.log !== undefined) this.#log = createWriteStream(this.options.log, { flags: 'a' });
    this.#startedAt = performance.now();
    this.#tick();
    return this;
  }

  /** Stops sending and waits for the answers that are still to come. */
  async stop(): Promise<void> {
    clearTimeout(this.#timer);
    await Promise.all(this.#pending);
    this.#agent.destroy();
    const log = this.#log;
    this.#log = undefined;
    if (log) await new Promise<void>((resolve) => log.end(resolve));
  }

  /** Every finished request, in the order in which they finished. */
  get results(): readonly TrafficResult[] {
    return this.#results;
  }

  /** Requests sent so far, finished or not. */
  get sent(): number {
    return this.#sent;
  }

  /**
   * Requests sent in a window of time.
   * @param from first moment, milliseconds since 1970
   * @param to last moment; default now
   * @returns their results, as far as they have finished
   */
  between(from: number, to = Date.now()): TrafficResult[] {
    return this.#results.filter((result) => result.startedAt >= from && result.startedAt <= to);
  }

  /**
   * Requests that failed.
   * @param from first moment of sending, milliseconds since 1970; default the start
   * @param to last moment; default now
   * @returns their results
   */
  failures(from = 0, to = Date.now()): TrafficResult[] {
    return this.between(from, to).filter((result) => !result.ok);
  }

  /**
   * Groups results by who answered.
   * @param results default all
   * @returns figures by revision; answers that name none are under `unknown`
   */
  byRevision(results: readonly TrafficResult[] = this.#results): Map<string, TrafficSummary> {
    const groups = Map.groupBy(results, (result) => result.revision ?? 'unknown');
    return new Map([...groups].map(([revision, members]) => [revision, summarise(members)]));
  }

  /**
   * Writes all results as lines of JSON.
   * @param file where to
   */
  dump(file: string): void {
    writeFileSync(file, this.#results.map((result) => JSON.stringify(result) + '\n').join(''));
  }

  /** Sends what is due, then sleeps until the next request is. */
  #tick(): void {
    const { rate, maxRequests = 200_000, maxDuration = 1_800_000 } = this.options;
    const due = (): number => this.#startedAt + (this.#sent * 1000) / rate;
    const over = (): boolean => this.#sent >= maxRequests || due() - this.#startedAt >= maxDuration;
    while (!over() && due() <= performance.now()) {
      const work = this.#send(this.#sent, performance.now() - due());
      this.#pending.add(work);
      void work.finally(() => this.#pending.delete(work));
      this.#sent += 1;
    }
    if (!over()) this.#timer = setTimeout(() => this.#tick(), Math.max(0, due() - performance.now()));
  }

  async #send(number: number, lateMs: number): Promise<void> {
    const connection = usesNewConnection(number, this.options.newConnections ?? 0.5) ? 'new' : 'kept';
    const startedAt = Date.now();
    const start = performance.now();
    const answer = await exchange(this.options, number, connection === 'kept' ? this.#agent : undefined);
    const latencyMs = performance.now() - start;
    const { accept = (status) => status >= 200 && status < 300 } = this.options;
    const ok = answer.error === undefined && accept(answer.status, answer.body);
    const revision = answer.revision ?? revisionIn(answer.body);
    const result: TrafficResult = {
      number,
      startedAt,
      latencyMs,
      lateMs,
      status: answer.status,
      ok,
      ...(answer.error === undefined ? {} : { error: answer.error }),
      ...(revision === undefined ? {} : { revision }),
      connection,
      reused: answer.reused,
      ...(ok ? {} : { body: answer.body.slice(0, sample) }),
    };
    this.#results.push(result);
    this.#log?.write(JSON.stringify(result) + '\n');
  }
}

/**
 * Spreads the requests on connections of their own evenly among the others.
 * @param number of the request, from 0
 * @param share of them, 0 to 1
 * @returns true for a connection of its own
 */
export function usesNewConnection(number: number, share: number): boolean {
  return Math.floor((number + 1) * share) > Math.floor(number * share);
}

/**
 * Sums up results.
 * @param results any
 * @returns figures
 */
export function summarise(results: readonly TrafficResult[]): TrafficSummary {
  const latencies = results.map((result) => result.latencyMs).sort((a, b) => a - b);
  const quantile = (q: number): number => latencies[Math.max(0, Math.ceil(q * latencies.length) - 1)] ?? NaN;
  return {
    requests: results.length,
    failures: results.filter((result) => !result.ok).length,
    p50: quantile(0.5),
    p99: quantile(0.99),
  };
}

function revisionIn(body: string): string | undefined {
  if (!body.includes('"revision"')) return undefined;
  try {
    const { revision } = JSON.parse(body) as { revision?: unknown };
    return typeof revision === 'string' ? revision : undefined;
  } catch {
    return undefined; // not JSON
  }
}

interface Answer {
  readonly status: number;
  readonly body: string;
  readonly reused: boolean;
  readonly revision?: string;
  readonly error?: string;
}

/** One request and its answer. Never rejects, never tries again: what a client sees is what is recorded. */
function exchange(options: TrafficOptions, number: number, agent: Agent | undefined): Promise<Answer> {
  const value: unknown =
    typeof options.body === 'function' ? (options.body as (number: number) => unknown)(number) : options.body;
  const payload = value === undefined ? undefined : JSON.stringify(value);
  return new Promise((resolve) => {
    let status = 0;
    let body = '';
    let revision: string | undefined;
    const request = startRequest(options.url, {
      method: payload === undefined ? 'GET' : 'POST',
      agent: agent ?? false, // false: a connection for this request only
      headers: {
        ...(payload === undefined
          ? {}
          : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(payload) }),
        ...options.headers,
      },
      signal: AbortSignal.timeout(options.timeout ?? 10_000),
    });
    const finish = (error?: NodeJS.ErrnoException): void => {
      resolve({
        status,
        body,
        reused: request.reusedSocket,
        ...(revision === undefined ? {} : { revision }),
        ...(error ? { error: reason(error) } : {}),
      });
    };
    request.on('error', finish);
    request.on('response', (response) => {
      status = response.statusCode ?? 0;
      const header = response.headers['x-mldeploy-revision'];
      if (typeof header === 'string') revision = header;
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        if (body.length < keptBody) body += chunk;
      });
      response.on('error', finish);
      response.on('end', () => finish(response.complete ? undefined : new Error('answer cut off')));
    });
    request.end(payload);
  });
}

function reason(error: NodeJS.ErrnoException): string {
  if (error.name === 'AbortError' || error.name === 'TimeoutError') return 'no complete answer in time';
  return error.code === undefined ? error.message : `${error.code}: ${error.message}`;
}
