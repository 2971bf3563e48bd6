import { readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { Agent, request as httpsRequest } from 'node:https';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

/** A request of the engine on its way to the API server. */
export interface Passing {
  /** Number among the writes, from 1; 0 for what only reads. */
  readonly write: number;
  readonly method: string;
  readonly path: string;
  readonly body: string;
  /** `PATCH services/fraud`: method, kind and name. */
  readonly label: string;
}

/** What becomes of a request. */
export type Deed =
  | { readonly do: 'pass'; readonly delayMs?: number }
  /** Answered here; the API server never sees it. */
  | {
      readonly do: 'answer';
      readonly status: number;
      readonly headers?: Readonly<Record<string, string>>;
      readonly body?: string;
    }
  /** The connection breaks before the API server sees the request. */
  | { readonly do: 'reset' }
  /** The API server does it; the connection breaks before its answer comes back. */
  | { readonly do: 'lose'; readonly then?: () => void };

interface Upstream {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
}

/** Stands between one engine and the API server, counts its requests and does to them what a test says. Loopback only, so plain HTTP. */
export class ApiProxy implements AsyncDisposable {
  /** Decides about each request; by default all pass. */
  decide: (request: Passing) => Deed = () => ({ do: 'pass' });
  /** Labels of all writes so far: number k is at k - 1. */
  readonly writes: string[] = [];
  /** Writes that the API server answered, with its status. */
  readonly answered: { readonly label: string; readonly status: number; readonly at: number }[] = [];
  /** Requests so far, reads included. */
  requests = 0;
  readonly #server: Server;
  readonly #upstream: URL;
  readonly #agent: Agent;
  #file = '';

  private constructor(upstream: string, authority: Buffer) {
    this.#upstream = new URL(upstream);
    this.#agent = new Agent({ keepAlive: true, ca: authority });
    this.#server = createServer((request, response) => void this.#handle(request, response));
  }

  /** Starts one in front of the cluster of an admin's kubeconfig; writes a kubeconfig that leads to it into `file`. */
  static async start(kubeconfigPath: string, file: string): Promise<ApiProxy> {
    const config = JSON.parse(await readFile(kubeconfigPath, 'utf8')) as Kubeconfig;
    const [entry] = config.clusters;
    if (entry === undefined) throw new Error(`${kubeconfigPath} names no cluster`);
    const authority = Buffer.from(entry.cluster['certificate-authority-data'] ?? '', 'base64');
    const proxy = new ApiProxy(entry.cluster.server, authority);
    await new Promise<void>((resolve) => proxy.#server.listen(0, '127.0.0.1', resolve));
    const { port } = proxy.#server.address() as AddressInfo;
    const clusters = [{ ...entry, cluster: { server: `http://127.0.0.1:${port}`, 'insecure-skip-tls-verify': true } }];
    await writeFile(file, JSON.stringify({ ...config, clusters }), { mode: 0o600 });
    proxy.#file = file;
    return proxy;
  }

  get kubeconfig(): string {
    return this.#file;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    this.#agent.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      const body = await bodyOf(request);
      const passing = this.#number(request, body.toString());
      const deed = this.decide(passing);
      if (deed.do === 'pass' && deed.delayMs !== undefined) await delay(deed.delayMs);
      if (deed.do === 'reset') response.destroy();
      else if (deed.do === 'answer') response.writeHead(deed.status, deed.headers).end(deed.body ?? '');
      else {
        const answer = await this.#forward(request, body);
        if (passing.write > 0)
          this.answered.push({ label: passing.label, status: answer.status, at: performance.now() });
        if (deed.do === 'lose') {
          deed.then?.();
          response.destroy();
        } else {
          response.writeHead(answer.status, answer.headers).end(answer.body);
        }
      }
    } catch {
      // The API server is away, or the engine died: either way the connection breaks.
      response.destroy();
    }
  }

  #number(request: IncomingMessage, body: string): Passing {
    const { method = 'GET', url: path = '/' } = request;
    this.requests++;
    const label = `${method} ${target(path, body)}`;
    // Events are written beside the work, at no fixed place in the list, and nothing depends on them.
    const isWrite = method !== 'GET' && !/\/(selfsubjectaccessreviews|events)(\?|$)/.test(path);
    if (isWrite) this.writes.push(label);
    return { write: isWrite ? this.writes.length : 0, method, path, body, label };
  }

  #forward(request: IncomingMessage, body: Buffer): Promise<Upstream> {
    return new Promise((resolve, reject) => {
      const headers = { ...request.headers, host: this.#upstream.host };
      const call = httpsRequest(
        new URL(request.url ?? '/', this.#upstream),
        { ...(request.method === undefined ? {} : { method: request.method }), headers, agent: this.#agent },
        (answer) => {
          bodyOf(answer).then((bytes) => {
            const headers = { ...answer.headers };
            // Of the connection behind, not of the one in front.
            delete headers['transfer-encoding'];
            delete headers.connection;
            resolve({ status: answer.statusCode ?? 502, headers, body: bytes });
          }, reject);
        },
      );
      call.on('error', reject);
      call.end(body);
    });
  }
}

interface Kubeconfig {
  readonly clusters: readonly {
    readonly cluster: { readonly server: string; readonly 'certificate-authority-data'?: string };
  }[];
}

async function bodyOf(message: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

/** `services/fraud` of a path; a creation has its name in the body. */
function target(path: string, body: string): string {
  const parts = (path.split('?')[0] ?? '').split('/').filter((part) => part !== '');
  const scope = parts.indexOf('namespaces');
  const rest = scope < 0 ? parts.slice(parts[0] === 'api' ? 2 : 3) : parts.slice(scope + 2);
  if (rest.length > 1) return rest.join('/');
  const name = /"name":"([^"]+)"/.exec(body)?.[1];
  return name === undefined ? (rest[0] ?? '') : `${rest[0] ?? ''}/${name}`;
}
