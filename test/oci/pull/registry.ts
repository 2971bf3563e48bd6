import { once } from 'node:events';
import { createServer } from 'node:http';
import { digestOf } from '../../../src/oci/manifest.ts';

/** A registry that only gives. */
export interface GivingRegistry extends AsyncDisposable {
  readonly host: string;
  /** Content by digest, and manifests by tag: put there what is to be given. */
  readonly blobs: Map<string, Buffer>;
  readonly manifests: Map<string, Buffer>;
  /** Adds a blob; returns its descriptor. */
  add(content: Buffer, mediaType: string, annotations?: Record<string, string>): object;
  /** Adds a manifest of layers under a tag. */
  tag(name: string, layers: readonly object[]): void;
}

/** Starts one on this machine: the reading part of the distribution specification. */
export async function startGivingRegistry(): Promise<GivingRegistry> {
  const blobs = new Map<string, Buffer>();
  const manifests = new Map<string, Buffer>();
  const server = createServer((request, response) => {
    const [kind, reference = ''] = (request.url ?? '').split('/').slice(-2);
    const content = (kind === 'manifests' ? manifests : blobs).get(reference);
    if (content === undefined) return void response.writeHead(404).end('{"errors": []}');
    response.writeHead(200, { 'content-type': 'application/vnd.oci.image.manifest.v1+json' }).end(content);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('a TCP server has a port');
  const add: GivingRegistry['add'] = (content, mediaType, annotations) => {
    const digest = digestOf(content);
    blobs.set(digest, content);
    return { mediaType, digest, size: content.length, ...(annotations === undefined ? {} : { annotations }) };
  };
  return {
    host: `127.0.0.1:${address.port}`,
    blobs,
    manifests,
    add,
    tag: (name, layers) => {
      const config = add(Buffer.from('{}'), 'application/vnd.oci.image.config.v1+json');
      manifests.set(name, Buffer.from(JSON.stringify({ schemaVersion: 2, config, layers })));
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
