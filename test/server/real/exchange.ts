import { readFileSync } from 'node:fs';

import type { Outcome, Send, ServerRequest } from '../../../src/server/protocols/protocol.ts';

/** A request that a real server was asked, and what it answered. */
export interface Exchange {
  readonly method: string;
  readonly path: string;
  readonly body?: string;
  readonly status: number;
  readonly answer: string;
}

/** Answers of one real server, as `record.ts` beside this file wrote them. */
export interface Recording {
  readonly server: string;
  readonly exchanges: readonly Exchange[];
}

const longest = 2000;

/** Sends as `send` does and keeps what was said. */
export function recorder(send: Send): { readonly send: Send; readonly exchanges: Exchange[] } {
  const exchanges: Exchange[] = [];
  return {
    exchanges,
    send: async (request) => {
      const outcome = await send(request);
      if (outcome.kind !== 'answer') throw new Error(`${request.path}: ${outcome.message}`);
      const { method, path, body } = request;
      const known = exchanges.some((one) => keyOf(one) === keyOf(request));
      const answer = outcome.status < 300 ? outcome.body : (outcome.body.split('\n')[0] ?? '').slice(0, 200);
      if (!known) {
        exchanges.push({
          method,
          path,
          ...(body === undefined ? {} : { body: shortened(body) }),
          status: outcome.status,
          answer,
        });
      }
      return outcome;
    },
  };
}

/** A `send` that answers as the recorded server did. */
export function replay(name: string): Send {
  const file = new URL(`../protocols/recorded/${name}.json`, import.meta.url);
  const { exchanges } = JSON.parse(readFileSync(file, 'utf8')) as Recording;
  const answers = new Map(exchanges.map((one) => [keyOf(one), one]));
  return (request) => {
    const found = answers.get(keyOf(request));
    if (found === undefined)
      throw new Error(`${name} was never asked ${request.method} ${request.path} ${request.body}`);
    const outcome: Outcome = { kind: 'answer', status: found.status, headers: {}, body: found.answer, ms: 1 };
    return Promise.resolve(outcome);
  };
}

function keyOf({ method, path, body }: Pick<ServerRequest, 'path' | 'body'> & { method: string }): string {
  return `${method} ${path} ${shortened(body ?? '')}`;
}

/** The deeply nested body is 20 kB of brackets. */
function shortened(body: string): string {
  return body.length > longest && body.startsWith('[[[') ? `${body.slice(0, 10)} (${body.length})` : body;
}
