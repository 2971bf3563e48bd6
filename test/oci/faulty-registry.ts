import { createHash, randomUUID, type Hash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { setTimeout } from 'node:timers/promises';

/** One request, as a fault sees it. */
export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  /** How many requests of this method came before. */
  readonly before: number;
}

/** How a request is answered instead. */
export type Fault =
  | { readonly status: number; readonly headers?: Record<string, string>; readonly body?: string }
  /** The connection is cut when so many bytes of the body have come. */
  | { readonly cutAfter: number }
  /** Nothing more is read or answered. */
  | { readonly stallAfter: number }
  /** The connection is cut when so many bytes of the answer's body have gone. */
  | { readonly breakAfter: number };

export interface RegistryOptions {
  /** Decides on each request; null: it is answered as the specification says. */
  readonly fault?: (request: SeenRequest) => Fault | null;
  /** Whether the bytes of a request that was cut are kept, so that the upload can go on there. */
  readonly keepsPartOfRequest?: boolean;
  readonly absoluteLocations?: boolean;
  readonly leastChunk?: number;
  /** Contents are hashed and forgotten: for blobs that would not fit. */
  readonly forgets?: boolean;
  /** Waited after each piece of a body that comes. */
  readonly pieceDelayMs?: number;
  /** The end of an upload is answered with a cut connection so many times, although it is done. */
  readonly lostAnswers?: number;
  /** What the answers to PATCH and GET of an upload say instead of the truth. */
  readonly range?: (size: number) => string;
  /** Blobs of other repositories, by digest: they can be mounted. */
  readonly mountable?: ReadonlySet<string>;
  /** Blobs are always given from their beginning. */
  readonly noRanges?: boolean;
}

interface Session {
  pieces: Buffer[];
  size: number;
  hash: Hash;
}

/** The pushing and reading parts of the distribution specification in memory, with faults where a test wants them. */
export interface FaultyRegistry extends AsyncDisposable {
  readonly host: string;
  readonly blobs: Map<string, Buffer>;
  readonly manifests: Map<string, Buffer>;
  /** Each request, `METHOD content-range`, or `METHOD range`. */
  readonly log: string[];
  /** Uploads that were neither ended nor given up. */
  open(): number;
  /** Bytes of bodies that came. */
  received(): number;
}

/** Starts one on this machine. */
export async function startFaultyRegistry(options: RegistryOptions = {}): Promise<FaultyRegistry> {
  const state = new State(options);
  const server = createServer((request, response) => {
    request.on('error', () => undefined);
    state.answer(request, response).catch(() => response.destroy());
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('a TCP server has a port');
  state.host = `127.0.0.1:${address.port}`;
  return {
    host: state.host,
    blobs: state.blobs,
    manifests: state.manifests,
    log: state.log,
    open: () => state.sessions.size,
    received: () => state.received,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

class State {
  host = '';
  received = 0;
  #lost = 0;
  readonly blobs = new Map<string, Buffer>();
  readonly manifests = new Map<string, Buffer>();
  readonly sessions = new Map<string, Session>();
  readonly log: string[] = [];
  readonly #counts = new Map<string, number>();
  readonly #options: RegistryOptions;

  constructor(options: RegistryOptions) {
    this.#options = options;
  }

  async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const method = request.method ?? '';
    const url = new URL(request.url ?? '/', 'http://x');
    const before = this.#counts.get(method) ?? 0;
    this.#counts.set(method, before + 1);
    const range = request.headers['content-range'] ?? request.headers.range;
    this.log.push(range === undefined ? method : `${method} ${range}`);
    const fault = this.#options.fault?.({ method, path: url.pathname, headers: request.headers, before }) ?? null;
    if (fault !== null && 'status' in fault) {
      request.resume();
      response.writeHead(fault.status, fault.headers).end(fault.body);
      return;
    }
    if (url.pathname.endsWith('/tags/list')) {
      const tags = [...this.manifests.keys()].filter((name) => !name.includes(':'));
      give(response, Buffer.from(JSON.stringify({ tags })), fault);
    } else if (url.pathname.includes('/manifests/')) await this.#manifest(request, response, url, fault);
    else if (url.pathname.includes('/blobs/uploads/')) await this.#upload(request, response, url, fault);
    else this.#blob(request, response, url, fault);
  }

  async #manifest(request: IncomingMessage, response: ServerResponse, url: URL, fault: Fault | null): Promise<void> {
    const reference = url.pathname.split('/').at(-1) ?? '';
    if (request.method === 'PUT') {
      const content = await bodyOf(request);
      const digest = `sha256:${createHash('sha256').update(content).digest('hex')}`;
      this.manifests.set(reference, content);
      this.manifests.set(digest, content);
      response.writeHead(201, { 'docker-content-digest': digest }).end();
      return;
    }
    const content = this.manifests.get(reference);
    if (content === undefined) response.writeHead(404).end();
    else give(response.setHeader('content-type', 'application/vnd.oci.image.manifest.v1+json'), content, fault);
  }

  #blob(request: IncomingMessage, response: ServerResponse, url: URL, fault: Fault | null): void {
    const content = this.blobs.get(url.pathname.split('/').at(-1) ?? '');
    const start = this.#options.noRanges === true ? 0 : Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1]);
    if (content === undefined || request.method !== 'GET') response.writeHead(content === undefined ? 404 : 200).end();
    else if (start > 0) give(response, content.subarray(start), fault, 206);
    else give(response, content, fault);
  }

  async #upload(request: IncomingMessage, response: ServerResponse, url: URL, fault: Fault | null): Promise<void> {
    if (request.method === 'POST') {
      this.#begin(response, url);
      return;
    }
    const id = url.pathname.split('/').at(-1) ?? '';
    const session = this.sessions.get(id);
    if (session === undefined) {
      request.resume();
      response.writeHead(404).end('{"errors": [{"code": "BLOB_UPLOAD_UNKNOWN"}]}');
      return;
    }
    const place = this.#place(url.pathname);
    const where = { location: place, range: this.#range(session) };
    if (request.method === 'GET') response.writeHead(204, where).end();
    else if (request.method === 'DELETE') {
      this.sessions.delete(id);
      response.writeHead(204).end();
    } else if (request.method === 'PUT') {
      const digest = url.searchParams.get('digest') ?? '';
      if (`sha256:${session.hash.copy().digest('hex')}` !== digest) {
        response.writeHead(400).end('{"errors": [{"code": "DIGEST_INVALID", "message": "other content"}]}');
        return;
      }
      this.sessions.delete(id);
      this.blobs.set(digest, Buffer.concat(session.pieces));
      if (this.#lost++ < (this.#options.lostAnswers ?? 0)) request.socket.resetAndDestroy();
      else response.writeHead(201).end();
    } else await this.#patch(request, response, session, place, fault);
  }

  #begin(response: ServerResponse, url: URL): void {
    const mount = url.searchParams.get('mount');
    if (mount !== null && this.#options.mountable?.has(mount) === true) {
      this.blobs.set(mount, Buffer.alloc(0));
      response.writeHead(201).end();
      return;
    }
    const id = randomUUID();
    this.sessions.set(id, { pieces: [], size: 0, hash: createHash('sha256') });
    const { leastChunk } = this.#options;
    response
      .writeHead(202, {
        location: this.#place(`/v2/acme/fraud/blobs/uploads/${id}`),
        ...(leastChunk === undefined ? {} : { 'oci-chunk-min-length': String(leastChunk) }),
      })
      .end();
  }

  #place(path: string): string {
    return this.#options.absoluteLocations === true ? `http://${this.host}${path}?state=a%3Db` : path;
  }

  async #patch(
    request: IncomingMessage,
    response: ServerResponse,
    session: Session,
    place: string,
    fault: Fault | null,
  ): Promise<void> {
    const asked = request.headers['content-range'];
    if (asked !== undefined && !asked.startsWith(`${session.size}-`)) {
      request.resume();
      response.writeHead(416, { location: place, range: this.#range(session) }).end();
      return;
    }
    const { pieceDelayMs } = this.#options;
    const pieces: Buffer[] = [];
    let bytes = 0;
    const keep = (): void => {
      for (const piece of pieces) session.hash.update(piece);
      session.pieces.push(...pieces);
      session.size += bytes;
    };
    const limit =
      fault === null
        ? Infinity
        : 'cutAfter' in fault
          ? fault.cutAfter
          : 'stallAfter' in fault
            ? fault.stallAfter
            : Infinity;
    for await (const piece of request as AsyncIterable<Buffer>) {
      if (this.#options.forgets === true) session.hash.update(piece);
      else pieces.push(piece);
      bytes += piece.length;
      this.received += piece.length;
      if (pieceDelayMs !== undefined) await setTimeout(pieceDelayMs);
      if (bytes < limit) continue;
      if (this.#options.keepsPartOfRequest === true) keep();
      if (fault !== null && 'cutAfter' in fault) {
        request.socket.resetAndDestroy();
        return;
      }
      await once(request.socket, 'close');
      return;
    }
    keep();
    response.writeHead(202, { location: place, range: this.#range(session) }).end();
  }

  #range({ size }: Session): string {
    return this.#options.range?.(size) ?? `0-${Math.max(0, size - 1)}`;
  }
}

function give(response: ServerResponse, content: Buffer, fault: Fault | null, status = 200): void {
  response.writeHead(status, { 'content-length': content.length });
  if (fault === null || !('breakAfter' in fault)) response.end(content);
  else response.write(content.subarray(0, fault.breakAfter), () => response.destroy());
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of request as AsyncIterable<Buffer>) pieces.push(piece);
  return Buffer.concat(pieces);
}
