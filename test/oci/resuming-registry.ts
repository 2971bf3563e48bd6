import { once } from 'node:events';
import { createServer } from 'node:http';

/** What arrived at the registry below. */
export interface ResumingRegistry extends AsyncDisposable {
  readonly host: string;
  readonly blobs: Map<string, Buffer>;
  /** `content-range` of each PATCH, or `whole`. */
  readonly patches: string[];
}

/**
 * The upload part of the distribution specification in its full form, with resumption in the middle of a chunk, which Debian's registry
 * lacks. It cuts the connection of a PATCH after `cutAfter` bytes, `times` times.
 */
export async function startResumingRegistry(cutAfter: number, times: number): Promise<ResumingRegistry> {
  const blobs = new Map<string, Buffer>();
  const patches: string[] = [];
  let pieces: Buffer[] = [];
  let size = 0;
  let cuts = 0;
  const location = { location: '/v2/acme/fraud/blobs/uploads/1' };
  const range = (): Record<string, string> => ({ ...location, range: `0-${Math.max(0, size - 1)}` });
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://x');
    if (request.method === 'PATCH') {
      const asked = request.headers['content-range'];
      patches.push(asked ?? 'whole');
      if (asked !== undefined && !asked.startsWith(`${size}-`)) return void response.writeHead(416, range()).end();
      let received = 0;
      request.on('error', () => undefined);
      request.on('data', (data: Buffer) => {
        if (received > cutAfter && cuts < times) {
          cuts++;
          request.socket.resetAndDestroy();
          request.removeAllListeners('data');
          return;
        }
        received += data.length;
        pieces.push(data);
        size += data.length;
      });
      request.on('end', () => response.writeHead(202, range()).end());
      return;
    }
    request.resume();
    if (request.method === 'HEAD')
      response.writeHead(blobs.has(url.pathname.split('/').at(-1) ?? '') ? 200 : 404).end();
    else if (request.method === 'POST') {
      pieces = [];
      size = 0;
      response.writeHead(202, location).end();
    } else if (request.method === 'GET') response.writeHead(204, range()).end();
    else {
      blobs.set(url.searchParams.get('digest') ?? '', Buffer.concat(pieces));
      response.writeHead(201).end();
    }
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('a TCP server has a port');
  return {
    host: `127.0.0.1:${address.port}`,
    blobs,
    patches,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
