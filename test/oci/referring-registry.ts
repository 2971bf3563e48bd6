import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';

import { digestOf, type Descriptor, type Manifest } from '../../src/oci/manifest.ts';

/** How the registry below behaves. */
export interface ReferringOptions {
  /** It has the referrers API and says so when a manifest with a subject arrives. */
  readonly lists: boolean;
  /** It honours If-Match and If-None-Match. */
  readonly conditions?: boolean;
  /** Entries of a list per answer. */
  readonly pageSize?: number;
  /** Status of the referrers API where it is missing. */
  readonly missing?: number;
  /** Called before a tag is moved: what another client does just now. */
  readonly beforeTag?: (registry: ReferringRegistry, tag: string) => void;
}

/** A registry of one repository, in memory. */
export interface ReferringRegistry extends AsyncDisposable {
  readonly host: string;
  /** By tag and by digest. */
  readonly manifests: Map<string, { content: Buffer; type: string }>;
  readonly blobs: Map<string, Buffer>;
  /** Writes of tags, with their condition. */
  readonly tagWrites: { tag: string; condition: string | undefined }[];
}

/** Starts one: the part of the distribution specification that documents attached to images need. */
export async function startReferringRegistry(options: ReferringOptions): Promise<ReferringRegistry> {
  const manifests: ReferringRegistry['manifests'] = new Map();
  const blobs: ReferringRegistry['blobs'] = new Map();
  const server = createServer((request, response) => {
    void answer(request, response);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('a TCP server has a port');
  const registry: ReferringRegistry = {
    host: `127.0.0.1:${address.port}`,
    manifests,
    blobs,
    tagWrites: [],
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '', 'http://x');
    const [kind = '', reference = ''] = url.pathname.split('/').slice(-2);
    const body = Buffer.concat((await request.toArray()) as Buffer[]);
    if (kind === 'referrers') refer(url, reference, response);
    else if (kind === 'manifests' && request.method === 'PUT') put(request, reference, body, response);
    else if (kind === 'manifests') {
      const found = manifests.get(reference);
      if (found === undefined) return void response.writeHead(404).end();
      const digest = digestOf(found.content);
      const { type, content } = found;
      const length = { 'content-length': content.length };
      response.writeHead(200, {
        'content-type': type,
        'docker-content-digest': digest,
        etag: `"${digest}"`,
        ...length,
      });
      response.end(content);
    } else if (request.method === 'HEAD') {
      const blob = blobs.get(reference);
      response.writeHead(blob === undefined ? 404 : 200, { 'content-length': blob?.length ?? 0 }).end();
    } else if (request.method === 'GET') response.writeHead(blobs.has(reference) ? 200 : 404).end(blobs.get(reference));
    else if (request.method === 'POST') response.writeHead(202, { location: `/upload/${Math.random()}` }).end();
    else if (request.method === 'PATCH') {
      blobs.set(url.pathname, body);
      response.writeHead(202, { location: url.pathname }).end();
    } else {
      const content = body.length > 0 ? body : (blobs.get(url.pathname) ?? body);
      blobs.set(url.searchParams.get('digest') ?? '', content);
      response.writeHead(201).end();
    }
  }

  function put(request: IncomingMessage, reference: string, content: Buffer, response: ServerResponse): void {
    const isTag = !reference.startsWith('sha256:');
    if (isTag) {
      options.beforeTag?.(registry, reference);
      const { 'if-match': match, 'if-none-match': none } = request.headers;
      registry.tagWrites.push({ tag: reference, condition: match ?? none });
      const present = manifests.get(reference);
      const isOther =
        present === undefined ? match !== undefined : none === '*' || match !== `"${digestOf(present.content)}"`;
      if (options.conditions === true && isOther) return void response.writeHead(412).end();
    }
    const type = request.headers['content-type'] ?? '';
    manifests.set(reference, { content, type });
    manifests.set(digestOf(content), { content, type });
    const { subject } = JSON.parse(content.toString()) as Manifest;
    response.writeHead(201, options.lists && subject !== undefined ? { 'oci-subject': subject.digest } : {}).end();
  }

  function refer(url: URL, subject: string, response: ServerResponse): void {
    if (!options.lists)
      return void response.writeHead(options.missing ?? 404, { 'content-type': 'text/plain' }).end('?');
    const found = [...manifests]
      .filter(([name]) => name.startsWith('sha256:'))
      .flatMap(([digest, { content, type }]): Descriptor[] => {
        const manifest = JSON.parse(content.toString()) as Manifest;
        if (manifest.subject?.digest !== subject) return [];
        const { artifactType = '', annotations = {} } = manifest;
        return [{ mediaType: type, digest, size: content.length, artifactType, annotations }];
      });
    const { pageSize = 100 } = options;
    const from = Number(url.searchParams.get('from') ?? '0');
    const next = new URL(url);
    next.searchParams.set('from', String(from + pageSize));
    const link = from + pageSize < found.length ? { link: `<${next.pathname}${next.search}>; rel="next"` } : {};
    const type = 'application/vnd.oci.image.index.v1+json';
    response
      .writeHead(200, { 'content-type': type, ...link })
      .end(JSON.stringify({ schemaVersion: 2, mediaType: type, manifests: found.slice(from, from + pageSize) }));
  }

  return registry;
}
