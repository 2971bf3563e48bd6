import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Request } from '../../src/kubernetes/api.ts';
import { MemoryTransport } from '../rollout/memory-transport.ts';

/** A cluster in memory behind plain HTTP, for whole command lines; it may take its time for an answer. */
export class SlowCluster {
  is = new MemoryTransport();
  /** How long the next answer takes, milliseconds. */
  nextMs = 0;
  kubeconfig = '';
  readonly #server = createServer((request, reply) => void this.#answer(request, reply));

  /** Listens on this machine, with a kubeconfig in `folder`. */
  async start(folder: string): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    const { port } = this.#server.address() as AddressInfo;
    this.kubeconfig = join(folder, 'kubeconfig');
    const content = {
      apiVersion: 'v1',
      kind: 'Config',
      clusters: [{ name: 'memory', cluster: { server: `http://127.0.0.1:${port}` } }],
      users: [],
      contexts: [{ name: 'memory', context: { cluster: 'memory', user: '' } }],
      'current-context': 'memory',
    };
    await writeFile(this.kubeconfig, JSON.stringify(content));
  }

  async stop(): Promise<void> {
    await new Promise((resolve) => {
      this.#server.close(resolve);
      this.#server.closeAllConnections();
    });
  }

  async #answer(request: IncomingMessage, reply: ServerResponse): Promise<void> {
    const wait = this.nextMs;
    this.nextMs = 0;
    await delay(wait);
    let body = '';
    for await (const chunk of request) body += String(chunk);
    const method = (request.method ?? 'GET') as Request['method'];
    const answer = await this.is.send({ method, path: request.url ?? '', body });
    reply.writeHead(answer.status, { 'Content-Type': 'application/json' }).end(answer.body);
  }
}
