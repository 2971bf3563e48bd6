import http from 'node:http';
import https from 'node:https';
import type { Arrival, NoAnswer, Outcome, Send, ServerRequest } from './protocol.ts';

const defaultTimeoutMs = 30_000;
const largestAnswer = 64 * 1024 * 1024;
const notOpen = new Set(['ECONNREFUSED', 'EHOSTUNREACH', 'ENETUNREACH', 'ENOTFOUND', 'EAI_AGAIN', 'EADDRNOTAVAIL']);

/** A request that has been sent but for its last byte, so that it is certainly in flight. */
export interface HeldRequest {
  /** Sends the last byte and waits for the answer. */
  finish(): Promise<Outcome>;
  abandon(): void;
}

export interface HttpClient {
  /** Over a kept-alive connection. */
  readonly send: Send;
  /** Resolves once the server has taken the connection. */
  hold(request: ServerRequest): Promise<HeldRequest>;
  close(): void;
}

/**
 * Talks plain HTTP or HTTPS to a server at `base` (a path in it is kept as prefix). Connections are kept alive, one at a time per
 * concurrent request. A request without `timeoutMs` gives up after 30 s.
 */
export function httpClient(base: string): HttpClient {
  const root = new URL(base);
  const prefix = root.pathname.replace(/\/$/, '');
  const module = root.protocol === 'https:' ? https : http;
  const agent = new module.Agent({ keepAlive: true });

  const open = (request: ServerRequest, kept: boolean, headers: Record<string, string>) =>
    module.request(new URL(prefix + request.path, root), {
      method: request.method,
      ...(kept ? { agent } : { agent: false }),
      headers: {
        accept: 'application/json',
        ...(request.body === undefined
          ? {}
          : {
              'content-type': request.contentType ?? 'application/json',
              'content-length': String(Buffer.byteLength(request.body)),
            }),
        ...headers,
      },
      ...(request.signal ? { signal: request.signal } : {}),
    });

  return {
    send: async (request) => {
      for (const kept of [true, false]) {
        const message = open(request, kept, {});
        const answer = outcome(message, request.timeoutMs ?? defaultTimeoutMs);
        message.end(request.body);
        const result = await answer;
        // A server may close an idle connection just as we reuse it: that says nothing about the request.
        if (!(kept && message.reusedSocket && result.kind === 'none' && result.reason === 'broken')) return result;
      }
      throw new Error('a fresh connection always returns');
    },
    hold: async (request) => {
      const body = Buffer.from(request.body ?? '');
      const message = open(request, false, { connection: 'close' });
      const answer = outcome(message, request.timeoutMs ?? defaultTimeoutMs);
      await new Promise<void>((resolve) => {
        message.write(body.subarray(0, -1), () => {
          resolve();
        });
        // A refused connection never flushes: the answer says so.
        void answer.then(() => {
          resolve();
        });
      });
      return {
        finish: async () => {
          message.end(body.subarray(-1));
          return answer;
        },
        abandon: () => {
          message.destroy();
        },
      };
    },
    close: () => {
      agent.destroy();
    },
  };
}

function outcome(message: http.ClientRequest, timeoutMs: number): Promise<Outcome> {
  const began = performance.now();
  return new Promise((resolve) => {
    const elapsed = () => performance.now() - began;
    const none = (reason: NoAnswer['reason'], text: string) => {
      clearTimeout(timer);
      resolve({ kind: 'none', reason, message: text, ms: elapsed() });
      message.destroy();
    };
    const timer = setTimeout(() => {
      none('timeout', `no answer within ${timeoutMs} ms`);
    }, timeoutMs);
    message.on('error', (error: NodeJS.ErrnoException) => {
      none(notOpen.has(error.code ?? '') ? 'refused' : 'broken', error.message);
    });
    message.on('response', (response) => {
      const chunks: Buffer[] = [];
      const arrivals: Arrival[] = [];
      let bytes = 0;
      response.on('data', (chunk: Buffer) => {
        chunks.push(chunk);
        bytes += chunk.length;
        arrivals.push({ bytes, ms: elapsed() });
        if (bytes > largestAnswer) none('broken', `the answer is larger than ${largestAnswer} bytes`);
      });
      response.on('error', (error) => {
        none('broken', error.message);
      });
      response.on('end', () => {
        clearTimeout(timer);
        resolve({
          kind: 'answer',
          status: response.statusCode ?? 0,
          headers: flatHeaders(response.headers),
          body: Buffer.concat(chunks).toString('utf8'),
          ms: elapsed(),
          arrivals,
        });
      });
    });
  });
}

function flatHeaders(headers: http.IncomingHttpHeaders): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, Array.isArray(value) ? value.join(', ') : value]],
    ),
  );
}
