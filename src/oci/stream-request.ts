import { request as httpRequest, type ClientRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';

/** A request whose body is a stream of known length. */
export interface StreamRequest {
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  /** A piece is asked for when the one before it has left: its memory may be used again. */
  readonly body: AsyncIterable<Uint8Array>;
  readonly signal: AbortSignal;
  /** The connection is given up when nothing moves on it for so long, in milliseconds. */
  readonly stallMs: number;
}

/** Answers to uploads are short; more than this is not kept. */
const keptCharacters = 64 * 1024;

/** The registry may have to write everything down before it answers: stalls count so many times longer then. */
const answerFactor = 5;

/**
 * Sends a stream in bounded memory. Not by fetch, which keeps every piece of a streamed body until the request ends (measured: 1.1 GB
 * of memory for 1 GB sent, 0.15 GB this way). A slow connection may take as long as it likes, one that stands still may not.
 * @param url where to
 * @param request `content-length` must be among its headers
 * @returns the answer, complete
 * @throws what the connection failed with
 */
export async function sendStream(url: URL, request: StreamRequest): Promise<Response> {
  const start = url.protocol === 'https:' ? httpsRequest : httpRequest;
  const { method, headers, signal, stallMs } = request;
  return new Promise((resolve, reject) => {
    const outgoing = start(url, { method, headers, signal });
    outgoing.setTimeout(stallMs, () => {
      outgoing.destroy(new Error(`nothing moved on the connection for ${Math.round(stallMs / 1000)} s`));
    });
    outgoing.on('finish', () => outgoing.setTimeout(stallMs * answerFactor));
    // A registry that refuses may close the connection at once: then its answer counts, not the closing.
    let answered = false;
    const failed = (error: Error): void => {
      if (!answered) reject(error);
    };
    outgoing.on('error', failed);
    outgoing.on('response', (incoming) => {
      answered = true;
      let text = '';
      incoming.setEncoding('utf8');
      incoming.on('data', (data: string) => {
        if (text.length < keptCharacters) text += data;
      });
      incoming.on('error', reject);
      incoming.on('end', () => {
        const status = incoming.statusCode ?? 0;
        const fields = Object.entries(incoming.headers).map(([name, value]): [string, string] => [name, String(value)]);
        const empty = status === 204 || status === 304; // which cannot have a body
        try {
          resolve(new Response(empty ? null : text, { status, headers: fields }));
        } catch (error) {
          reject(error instanceof Error ? error : new Error(String(error))); // no status that there is
        }
        // An answer before the end of the body is a refusal: the rest is not wanted.
        if (!outgoing.writableFinished) outgoing.destroy();
      });
    });
    write(request.body, outgoing).catch((error: unknown) => {
      outgoing.destroy();
      failed(error instanceof Error ? error : new Error(String(error)));
    });
  });
}

/** Ends the reading, too, when the connection fails. */
async function write(body: AsyncIterable<Uint8Array>, outgoing: ClientRequest): Promise<void> {
  let refuse: ((why: Error) => void) | null = null;
  outgoing.once('close', () => refuse?.(new Error('the connection was closed')));
  for await (const piece of body) {
    if (outgoing.destroyed) throw new Error('the connection was closed');
    await new Promise<void>((resolve, reject) => {
      refuse = reject;
      outgoing.write(piece, (error) => {
        if (error) reject(error);
        else resolve();
      });
    });
  }
  outgoing.end();
}
