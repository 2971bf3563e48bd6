import { createServer } from 'node:http';
import type { IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Received {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** What a receiver answers to its next requests: a status, or silence. */
export type Answer = number | 'silence';

/** A real HTTP server that gets notifications. */
export class Receiver implements AsyncDisposable {
  readonly requests: Received[] = [];
  /** The last one counts for all that follow. */
  answers: Answer[] = [204];
  readonly #server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      this.requests.push({ path: request.url ?? '', headers: request.headers, body });
      const answer = this.answers.length > 1 ? this.answers.shift() : this.answers[0];
      if (answer === 'silence') return;
      const status = answer ?? 204;
      response.writeHead(status, status === 302 ? { location: '/elsewhere' } : {}).end();
    });
  });

  static async start(): Promise<Receiver> {
    const receiver = new Receiver();
    await new Promise<void>((resolve) => receiver.#server.listen(0, '127.0.0.1', resolve));
    return receiver;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/hook/s3cret-path`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
