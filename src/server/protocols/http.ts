import { Client, type Dispatcher } from 'undici';
import { defaultTimeoutMs, headersOf, isTlsTrouble, largestAnswer, reasonOf } from './http-exchange.ts';
import { type HeldRequest, holdRequest } from './held-request.ts';
import type { Arrival, NoAnswer, Outcome, Send, ServerRequest } from './protocol.ts';
import { Resends } from './resends.ts';

/** Ours are closed before servers usually do (uvicorn: 5 s). */
const keptMs = 2_000;

export interface HttpClient {
  /** Over a kept-alive connection. */
  readonly send: Send;
  /** Which requests were sent twice, for people. */
  resent(): readonly string[];
  /** Resolves once the server has taken the connection. */
  hold(request: ServerRequest): Promise<HeldRequest>;
  close(): void;
}

/** One connection with one request at a time. */
interface Connection {
  readonly client: Client;
  /** When its last answer was whole; null: it is new. */
  usedAt: number | null;
  /** Requests that the server still takes over it. */
  left: number;
  /** Whether a part of the last answer came. */
  answering: boolean;
}

/**
 * Talks plain HTTP or HTTPS to a server at `base` (a path in it is kept as prefix). Connections are kept alive, one for each concurrent
 * request. A request without `timeoutMs` gives up after 30 s.
 */
export function httpClient(base: string): HttpClient {
  const root = new URL(base);
  const prefix = root.pathname.replace(/\/$/, '');
  const addressOf = ({ path }: ServerRequest): URL => new URL(prefix + path, root);
  const all = new Set<Connection>();
  const free: Connection[] = [];
  const resends = new Resends();

  const connect = (): Connection => {
    const never = { headersTimeout: 0, bodyTimeout: 0, connectTimeout: 0 };
    const client = new Client(root.origin, { ...never, keepAliveTimeout: keptMs, pipelining: 1 });
    const connection: Connection = { client, usedAt: null, left: Infinity, answering: false };
    // undici connects anew by itself.
    client.on('disconnect', () => Object.assign(connection, { usedAt: null, left: Infinity }));
    all.add(connection);
    return connection;
  };
  const drop = (connection: Connection): void => {
    all.delete(connection);
    connection.client.destroy().catch(() => undefined);
  };
  const keep = (connection: Connection): void => {
    // A server whose connections break is asked over a new one each time: what breaks then broke for the sake of the request.
    if (connection.left > 0 && !resends.spent) free.push(connection);
    else drop(connection);
  };

  return {
    send: async (request) => {
      for (;;) {
        const connection = free.pop() ?? connect();
        const unusedMs = connection.usedAt === null ? null : performance.now() - connection.usedAt;
        const outcome = await exchange(connection, addressOf(request), request);
        if (outcome.kind === 'answer') {
          keep(connection);
          return outcome;
        }
        drop(connection);
        const unheard = outcome.reason === 'broken' && !connection.answering && request.signal?.aborted !== true;
        if (!unheard || !resends.allows(unusedMs)) return outcome;
        // The other ones may be closed, too.
        for (const other of free.splice(0)) drop(other);
      }
    },
    resent: () => [
      ...resends.told(),
      ...(resends.spent ? ['the requests after them had a connection each, which adds to their times'] : []),
    ],
    hold: (request) => holdRequest(addressOf(request), request),
    close: () => {
      for (const connection of all) drop(connection);
    },
  };
}

function exchange(connection: Connection, url: URL, request: ServerRequest): Promise<Outcome> {
  const { signal, body, timeoutMs = defaultTimeoutMs } = request;
  return new Promise((resolve) => {
    let began = performance.now();
    let status = 0;
    connection.answering = false;
    let headers: Record<string, string> = {};
    const chunks: Buffer[] = [];
    const arrivals: Arrival[] = [];
    let bytes = 0;
    const settle = (outcome: Outcome): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', interrupted);
      resolve(outcome);
    };
    let connected = false;
    const none = (reason: NoAnswer['reason'], message: string, missing?: NoAnswer['missing']): void => {
      settle({ kind: 'none', reason, message, ms: performance.now() - began, ...(missing && { missing }) });
    };
    const interrupted = (): void => {
      none('broken', 'interrupted');
    };
    const timer = setTimeout(() => {
      if (connected) none('timeout', `no answer within ${timeoutMs} ms`);
      else none('timeout', `no connection within ${timeoutMs} ms`, 'connection');
    }, timeoutMs);
    const handler: Dispatcher.DispatchHandlers = {
      // Right before the request is written.
      onConnect: () => {
        connected = true;
        began = performance.now();
      },
      onHeaders: (code, raw) => {
        connection.answering = true;
        // 1xx announce an answer.
        if (code < 200) return true;
        status = code;
        headers = flat(raw);
        return true;
      },
      onData: (chunk) => {
        chunks.push(chunk);
        bytes += chunk.length;
        arrivals.push({ bytes, ms: performance.now() - began });
        if (bytes > largestAnswer) none('broken', `the answer is larger than ${largestAnswer} bytes`);
        return true;
      },
      onComplete: () => {
        const now = performance.now();
        connection.usedAt = now;
        connection.left = leftAfter(status, headers, connection.left);
        const text = (chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks)).toString('utf8');
        settle({ kind: 'answer', status, headers, body: text, ms: now - began, arrivals });
      },
      onError: (error) => {
        none(reasonOf(error), error.message, isTlsTrouble(error) ? 'tls' : connected ? undefined : 'connection');
      },
    };
    if (signal?.aborted === true) {
      interrupted();
      return;
    }
    signal?.addEventListener('abort', interrupted, { once: true });
    const { method } = request;
    const path = url.pathname + url.search;
    const sent = { path, method, headers: headersOf(request), body: body ?? null };
    connection.client.dispatch(sent, handler);
  });
}

/**
 * How many more requests a server takes over a connection. uvicorn closes it after an exception of the application, llama.cpp's after a stream and
 * after the number that `Keep-Alive` tells, without a word: the next request would meet a connection that is closed already.
 */
function leftAfter(status: number, headers: Readonly<Record<string, string>>, left: number): number {
  if (status >= 400) return 0;
  if (headers['content-type']?.startsWith('text/event-stream') === true) return 0;
  const most = /\bmax=(\d+)/.exec(headers['keep-alive'] ?? '')?.[1];
  return Math.min(left, most === undefined ? Infinity : Number(most)) - 1;
}

/** Names in lower case; of several values of one name a list. */
function flat(raw: readonly Buffer[]): Record<string, string> {
  const headers: Record<string, string> = {};
  for (let index = 0; index + 1 < raw.length; index += 2) {
    const name = String(raw[index]).toLowerCase();
    const value = raw[index + 1]?.toString('latin1') ?? '';
    headers[name] = headers[name] === undefined ? value : `${headers[name]}, ${value}`;
  }
  return headers;
}
