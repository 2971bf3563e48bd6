import { connect, constants } from 'node:http2';
import type { ClientHttp2Session, OutgoingHttpHeaders } from 'node:http2';
import type { TrafficResult } from './traffic.ts';

/** What to send over HTTP/2, and how. */
export interface Http2TrafficOptions {
  /** Where every request goes; plain text, with prior knowledge that the server speaks HTTP/2. */
  readonly url: string;
  /** Requests per second, sent on time whether or not earlier ones were answered. */
  readonly rate: number;
  /** Connections, each kept as long as the server keeps it; the requests go over them in turn. */
  readonly connections: number;
  readonly body: unknown;
  /** `:authority`, where it is not the host of the URL. */
  readonly authority?: string;
  /** Milliseconds after which a request counts as failed. Default 10 000. */
  readonly timeout?: number;
}

/** A long-lived connection; it is opened anew when the server has closed it or said that it will (GOAWAY). */
interface Connection {
  session: ClientHttp2Session | undefined;
  used: boolean;
}

/** As `Traffic`, over a few long-lived HTTP/2 connections: records every single request, never sends one twice. */
export class Http2Traffic {
  readonly options: Http2TrafficOptions;
  /** How often a connection was opened. */
  opened = 0;
  readonly #connections: Connection[];
  readonly #results: TrafficResult[] = [];
  readonly #pending = new Set<Promise<void>>();
  #timer: NodeJS.Timeout | undefined;
  #startedAt = 0;
  #sent = 0;

  constructor(options: Http2TrafficOptions) {
    this.options = options;
    this.#connections = Array.from({ length: options.connections }, () => ({ session: undefined, used: false }));
  }

  /** Starts sending. */
  start(): this {
    this.#startedAt = performance.now();
    this.#tick();
    return this;
  }

  /** Stops sending and waits for the answers that are still to come. */
  async stop(): Promise<void> {
    clearTimeout(this.#timer);
    await Promise.all(this.#pending);
    for (const { session } of this.#connections) session?.close();
  }

  /** Requests sent in a window of time, milliseconds since 1970, as far as they have finished. */
  between(from: number, to = Date.now()): TrafficResult[] {
    return this.#results.filter(({ startedAt }) => startedAt >= from && startedAt <= to);
  }

  /** Requests of a window that failed. */
  failures(from = 0, to = Date.now()): TrafficResult[] {
    return this.between(from, to).filter(({ ok }) => !ok);
  }

  #tick(): void {
    const due = (): number => this.#startedAt + (this.#sent * 1000) / this.options.rate;
    while (due() <= performance.now()) {
      const work = this.#send(this.#sent, performance.now() - due());
      this.#pending.add(work);
      void work.finally(() => this.#pending.delete(work));
      this.#sent += 1;
    }
    this.#timer = setTimeout(() => this.#tick(), Math.max(0, due() - performance.now()));
  }

  async #send(number: number, lateMs: number): Promise<void> {
    const connection = this.#connections[number % this.#connections.length];
    if (connection === undefined) throw new Error('no connections');
    const startedAt = Date.now();
    const start = performance.now();
    const session = this.#sessionOf(connection);
    const reused = connection.used;
    connection.used = true;
    const { status, revision, error, body } = await exchange(session, this.options);
    const ok = error === undefined && status >= 200 && status < 300;
    this.#results.push({
      number,
      startedAt,
      latencyMs: performance.now() - start,
      lateMs,
      status,
      ok,
      ...(error === undefined ? {} : { error }),
      ...(revision === undefined ? {} : { revision }),
      connection: 'kept',
      reused,
      ...(ok ? {} : { body }),
    });
  }

  #sessionOf(connection: Connection): ClientHttp2Session {
    const { session } = connection;
    if (session !== undefined && !session.closed && !session.destroyed) return session;
    const next = connect(this.options.url);
    this.opened += 1;
    next.on('error', () => undefined); // its streams say so, too
    next.on('goaway', () => next.close());
    connection.session = next;
    connection.used = false;
    return next;
  }
}

interface Answer {
  readonly status: number;
  readonly body: string;
  readonly revision: string | undefined;
  readonly error: string | undefined;
}

function exchange(session: ClientHttp2Session, options: Http2TrafficOptions): Promise<Answer> {
  const headers: OutgoingHttpHeaders = {
    [constants.HTTP2_HEADER_METHOD]: 'POST',
    [constants.HTTP2_HEADER_PATH]: new URL(options.url).pathname,
    ...(options.authority === undefined ? {} : { [constants.HTTP2_HEADER_AUTHORITY]: options.authority }),
    'content-type': 'application/json',
  };
  return new Promise((resolve) => {
    let status = 0;
    let body = '';
    let revision: string | undefined;
    let error: string | undefined;
    const stream = session.request(headers);
    stream.setTimeout(options.timeout ?? 10_000, () => {
      error ??= 'no complete answer in time';
      stream.close(constants.NGHTTP2_CANCEL);
    });
    stream.on('response', (answer) => {
      status = Number(answer[constants.HTTP2_HEADER_STATUS] ?? 0);
      const named = answer['x-mldeploy-revision'];
      if (typeof named === 'string') revision = named;
    });
    stream.setEncoding('utf8');
    stream.on('data', (chunk: string) => (body += chunk));
    stream.on('error', (cause: NodeJS.ErrnoException) => (error ??= cause.code ?? cause.message));
    stream.on('close', () => {
      if (stream.rstCode !== constants.NGHTTP2_NO_ERROR) error ??= `reset with ${stream.rstCode}`;
      if (status === 0) error ??= 'no answer';
      resolve({ status, body, revision, error });
    });
    stream.end(JSON.stringify(options.body));
  });
}
