import http from 'node:http';
import https from 'node:https';
import { defaultTimeoutMs, headersOf, largestAnswer, reasonOf } from './http-exchange.ts';
import type { NoAnswer, Outcome, ServerRequest } from './protocol.ts';

/** A request that has been sent but for its last byte, so that it is certainly in flight. */
export interface HeldRequest {
  /** Sends the last byte and waits for the answer. */
  finish(): Promise<Outcome>;
  abandon(): void;
}

/**
 * Sends all but the last byte of a request on a connection of its own. Resolves once the server has taken the connection, or does not.
 * @param url the whole address
 */
export async function holdRequest(url: URL, request: ServerRequest): Promise<HeldRequest> {
  const body = Buffer.from(request.body ?? '');
  const message = (url.protocol === 'https:' ? https : http).request(url, {
    method: request.method,
    agent: false,
    headers: { ...headersOf(request), 'content-length': String(body.length), connection: 'close' },
    ...(request.signal ? { signal: request.signal } : {}),
  });
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
}

function outcome(message: http.ClientRequest, timeoutMs: number): Promise<Outcome> {
  const began = performance.now();
  return new Promise((resolve) => {
    const none = (reason: NoAnswer['reason'], text: string) => {
      clearTimeout(timer);
      resolve({ kind: 'none', reason, message: text, ms: performance.now() - began });
      message.destroy();
    };
    const timer = setTimeout(() => {
      none('timeout', `no answer within ${timeoutMs} ms`);
    }, timeoutMs);
    message.on('error', (error) => {
      none(reasonOf(error), error.message);
    });
    message.on('response', (response) => {
      const chunks: Buffer[] = [];
      let bytes = 0;
      response.on('data', (chunk: Buffer) => {
        chunks.push(chunk);
        bytes += chunk.length;
        if (bytes > largestAnswer) none('broken', `the answer is larger than ${largestAnswer} bytes`);
      });
      response.on('error', (error) => {
        none('broken', error.message);
      });
      response.on('end', () => {
        clearTimeout(timer);
        const headers = Object.fromEntries(
          Object.entries(response.headers).flatMap(([name, value]) =>
            value === undefined ? [] : [[name, Array.isArray(value) ? value.join(', ') : value]],
          ),
        );
        resolve({
          kind: 'answer',
          status: response.statusCode ?? 0,
          headers,
          body: Buffer.concat(chunks).toString('utf8'),
          ms: performance.now() - began,
        });
      });
    });
  });
}
