import type { Ask } from './protocol.ts';

const nesting = 10_000;

/**
 * Bodies that no reader of JSON can make a request of.
 * @param path where they are sent
 * @returns requests to be refused with 4xx
 */
export function unreadable(path: string): Ask[] {
  return [
    malformedAsk(path, 'a body that is not JSON', '{"inputs": [[1, 2'),
    malformedAsk(path, 'an empty body', ''),
    malformedAsk(path, `${nesting} nested arrays`, '['.repeat(nesting) + ']'.repeat(nesting)),
  ];
}

/** A request to be refused; a body that is not a text becomes JSON. */
export function malformedAsk(path: string, name: string, body: unknown): Ask {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return { name, request: { method: 'POST', path, body: text }, rows: null };
}
