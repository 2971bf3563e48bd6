import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { fileBlob, memoryBlob } from '../../src/oci/blob.ts';
import { findCredentials } from '../../src/oci/credentials.ts';
import { digestOf, mediaTypes } from '../../src/oci/manifest.ts';
import { RegistryClient } from '../../src/oci/registry.ts';
import { parseRepository } from '../../src/oci/repository.ts';
import { startResumingRegistry } from './resuming-registry.ts';
import { startCuttingProxy, startRegistry } from './real-registry.ts';

interface ClientOptions {
  readonly dockerConfig?: string;
  readonly environment?: Readonly<Record<string, string>>;
  readonly insecure?: boolean;
  readonly signal?: AbortSignal;
  readonly onRetry?: (why: string) => void;
}

function clientOf(host: string, options: ClientOptions = {}): RegistryClient {
  const repository = parseRepository(`${host}/acme/fraud`);
  const { dockerConfig = '/nowhere', environment = {}, insecure = false } = options;
  return new RegistryClient({
    repository,
    insecure,
    credentials: () => findCredentials(repository.host, { dockerConfig, environment }),
    signal: options.signal ?? new AbortController().signal,
    ...(options.onRetry === undefined ? {} : { onRetry: options.onRetry }),
  });
}

/** A manifest around two blobs. */
function imageOf(config: Buffer, layer: { digest: string; size: number }): Buffer {
  return Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: mediaTypes.manifest,
      config: { mediaType: mediaTypes.config, digest: digestOf(config), size: config.length },
      layers: [{ mediaType: mediaTypes.layer, ...layer }],
    }),
  );
}

const config = Buffer.from('{"os":"linux","architecture":"amd64","rootfs":{"type":"layers","diff_ids":[]}}');

function largeFile(bytes: number): { path: string; digest: string } {
  const path = join(mkdtempSync(join(tmpdir(), 'mldeploy-blob-')), 'blob');
  const content = randomBytes(bytes);
  writeFileSync(path, content);
  return { path, digest: digestOf(content) };
}

describe('a real registry', () => {
  it('takes blobs once and manifests by tag and digest, and gives them back', async () => {
    await using registry = await startRegistry();
    const client = clientOf(registry.host);
    await client.checkPush();
    const layer = Buffer.from('a layer');
    const manifest = imageOf(config, { digest: digestOf(layer), size: layer.length });
    expect(await client.pushBlob(memoryBlob(layer, digestOf(layer)))).toBe(true);
    expect(await client.pushBlob(memoryBlob(config, digestOf(config)))).toBe(true);
    const sent = client.uploadedBytes;
    expect(sent).toBe(layer.length + config.length);
    expect(await client.pushBlob(memoryBlob(layer, digestOf(layer)))).toBe(false);
    expect(client.uploadedBytes).toBe(sent);
    expect(await client.putManifest('v1', manifest, mediaTypes.manifest)).toBe(digestOf(manifest));
    for (const reference of ['v1', digestOf(manifest)]) {
      const stored = await client.getManifest(reference);
      expect(stored).toMatchObject({ digest: digestOf(manifest), mediaType: mediaTypes.manifest });
      expect(stored?.content.equals(manifest)).toBe(true);
    }
    expect(await client.getManifest('v2')).toBeNull();
    expect((await client.getBlob(digestOf(layer))).equals(layer)).toBe(true);
    await expect(client.getBlob(`sha256:${'0'.repeat(64)}`)).rejects.toMatchObject({ code: 'registry/not-found' });
  });

  it('refuses a blob that is not what its digest says', async () => {
    await using registry = await startRegistry();
    const wrong = memoryBlob(Buffer.from('other content'), digestOf('content'));
    await expect(clientOf(registry.host).pushBlob(wrong)).rejects.toMatchObject({ code: 'registry/failed' });
  });

  it('takes a large blob in bounded memory', async () => {
    await using registry = await startRegistry();
    const size = 400_000_000;
    const path = join(mkdtempSync(join(tmpdir(), 'mldeploy-blob-')), 'blob');
    writeFileSync(path, '');
    truncateSync(path, size);
    const hash = createHash('sha256');
    for (let sent = 0; sent < size; sent += 1_000_000) hash.update(Buffer.alloc(1_000_000));
    let peak = 0;
    const before = process.memoryUsage().arrayBuffers;
    const onSent = (): void => {
      peak = Math.max(peak, process.memoryUsage().arrayBuffers - before);
    };
    const blob = fileBlob(path, `sha256:${hash.digest('hex')}`, size);
    expect(await clientOf(registry.host).pushBlob(blob, onSent)).toBe(true);
    expect(peak).toBeLessThan(150_000_000);
    rmSync(path);
  });

  it('ends with the right blob although the connection was cut again and again', async () => {
    await using registry = await startRegistry();
    const size = 24_000_000;
    const { path, digest } = largeFile(size);
    await using proxy = await startCuttingProxy(registry.host, 5_000_000, 3);
    const client = clientOf(proxy.host);
    expect(await client.pushBlob(fileBlob(path, digest, size))).toBe(true);
    expect(proxy.cuts).toBeGreaterThan(1);
    const read = await clientOf(registry.host).getBlob(digest);
    expect(createHash('sha256').update(read).digest('hex')).toBe(digest.slice(7));
  });

  it('ends with the right blob although every connection is cut after 5 MB', async () => {
    await using registry = await startRegistry();
    const size = 24_000_000;
    const { path, digest } = largeFile(size);
    await using proxy = await startCuttingProxy(registry.host, 5_000_000, 1000);
    expect(await clientOf(proxy.host).pushBlob(fileBlob(path, digest, size))).toBe(true);
    expect(proxy.cuts).toBeGreaterThan(1);
    expect(digestOf(await clientOf(registry.host).getBlob(digest))).toBe(digest);
  });

  it('that is full is told so, and what is there stays', async () => {
    await using registry = await startRegistry(undefined, 8_000_000);
    const client = clientOf(registry.host);
    const small = Buffer.from('small');
    await client.pushBlob(memoryBlob(small, digestOf(small)));
    const { path, digest } = largeFile(20_000_000);
    await expect(client.pushBlob(fileBlob(path, digest, 20_000_000))).rejects.toMatchObject({
      code: 'registry/full',
      hint: expect.stringContaining('remove old images') as string,
    });
    expect(await client.hasBlob(digestOf(small))).toBe(true);
    expect(await client.hasBlob(digest)).toBe(false);
  });

  it('gives up with a clear error when the connection is cut every time', async () => {
    await using registry = await startRegistry();
    const { path, digest } = largeFile(3_000_000);
    await using proxy = await startCuttingProxy(registry.host, 1_000_000, 100);
    await expect(clientOf(proxy.host).pushBlob(fileBlob(path, digest, 3_000_000))).rejects.toMatchObject({
      code: 'registry/unreachable',
      message: expect.stringContaining('could not push to') as string,
    });
  });

  it('asks for a password only when the registry wants one, and says how to get in', async () => {
    await using registry = await startRegistry('correct horse');
    const folder = mkdtempSync(join(tmpdir(), 'mldeploy-docker-'));
    const write = (auths: unknown): void => writeFileSync(join(folder, 'config.json'), JSON.stringify(auths));
    await expect(clientOf(registry.host).checkPush()).rejects.toMatchObject({
      code: 'registry/unauthorized',
      hint: expect.stringContaining('docker login') as string,
    });
    write({ auths: { [registry.host]: { auth: Buffer.from('tester:wrong').toString('base64') } } });
    await expect(clientOf(registry.host, { dockerConfig: folder }).checkPush()).rejects.toMatchObject({
      code: 'registry/unauthorized',
    });
    write({ auths: { [registry.host]: { auth: Buffer.from('tester:correct horse').toString('base64') } } });
    await clientOf(registry.host, { dockerConfig: folder }).checkPush();

    // The same through a credential helper.
    writeFileSync(
      join(folder, 'docker-credential-test'),
      `#!/bin/sh\nread host\n[ "$host" = "${registry.host}" ] || { echo credentials not found; exit 1; }\necho '{"Username": "tester", "Secret": "correct horse"}'\n`,
      { mode: 0o755 },
    );
    const environment = { PATH: `${folder}:/usr/bin:/bin` };
    write({ credHelpers: { [registry.host]: 'test' } });
    await clientOf(registry.host, { dockerConfig: folder, environment }).checkPush();
    write({ credsStore: 'test' });
    await clientOf(registry.host, { dockerConfig: folder, environment }).checkPush();
    write({ credsStore: 'missing' });
    await expect(clientOf(registry.host, { dockerConfig: folder, environment }).checkPush()).rejects.toMatchObject({
      code: 'process/not-found',
    });
  });

  it('names a registry that is not there, or that speaks plain HTTP', async () => {
    await expect(clientOf('127.0.0.1:1', { onRetry: () => undefined }).checkPush()).rejects.toMatchObject({
      code: 'registry/unreachable',
      message: expect.stringContaining('http://127.0.0.1:1') as string,
    });
  });
});

describe('a registry that can resume', () => {
  it('is sent only what it lacks after a cut', async () => {
    await using registry = await startResumingRegistry(5_000_000, 3);
    const size = 24_000_000;
    const { path, digest } = largeFile(size);
    const client = clientOf(registry.host);
    expect(await client.pushBlob(fileBlob(path, digest, size))).toBe(true);
    expect(digestOf(registry.blobs.get(digest) ?? '')).toBe(digest);
    expect(registry.patches).toEqual([
      'whole',
      ...Array.from({ length: 3 }, () => expect.stringMatching(/^\d{7,}-23999999$/) as string),
    ]);
    expect(new Set(registry.patches).size).toBe(4);
  });
});

describe('answers that pass', () => {
  it('are waited for as the registry says, and not longer than it takes', async () => {
    let asked = 0;
    const server = createServer((request, response) => {
      asked++;
      request.resume();
      if (asked === 1) response.writeHead(429, { 'retry-after': '1' });
      else if (asked === 2) response.writeHead(503);
      else response.writeHead(200);
      response.end();
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('a TCP server has a port');
    const reasons: string[] = [];
    const began = performance.now();
    const client = clientOf(`127.0.0.1:${address.port}`, { onRetry: (why) => reasons.push(why) });
    expect(await client.hasBlob(digestOf('x'))).toBe(true);
    expect(performance.now() - began).toBeGreaterThan(1_000);
    expect(reasons).toEqual(['the registry answered 429', 'the registry answered 503']);
    server.close();
  });

  it('end at once when the run is interrupted', async () => {
    const server = createServer((_, response) => {
      response.writeHead(503, { 'retry-after': '60' }).end();
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('a TCP server has a port');
    const abort = new AbortController();
    const client = clientOf(`127.0.0.1:${address.port}`, { signal: abort.signal, onRetry: () => abort.abort() });
    await expect(client.hasBlob(digestOf('x'))).rejects.toMatchObject({ kind: 'interrupted' });
    server.close();
  });
});

describe('tokens', () => {
  it('are fetched for the scope, with credentials, and used from then on', async () => {
    const seen: string[] = [];
    const server = createServer((request, response) => {
      request.resume();
      const url = new URL(request.url ?? '/', 'http://x');
      if (url.pathname === '/token') {
        seen.push(`${request.headers.authorization ?? ''} ${url.searchParams.get('scope') ?? ''}`);
        response.end(JSON.stringify({ token: 'tok' }));
        return;
      }
      if (request.headers.authorization !== 'Bearer tok') {
        const realm = `Bearer realm="http://${request.headers.host ?? ''}/token",service="reg, \\"quoted\\"",scope="x"`;
        response.writeHead(401, { 'www-authenticate': realm }).end();
        return;
      }
      response.writeHead(request.method === 'POST' ? 202 : 200, { location: '/v2/acme/fraud/blobs/uploads/1' }).end();
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('a TCP server has a port');
    const host = `127.0.0.1:${address.port}`;
    const folder = mkdtempSync(join(tmpdir(), 'mldeploy-docker-'));
    writeFileSync(
      join(folder, 'config.json'),
      JSON.stringify({ auths: { [host]: { username: 'u', password: 'p:q' } } }),
    );
    const client = clientOf(host, { dockerConfig: folder });
    await client.checkPush();
    expect(await client.hasBlob(digestOf('x'))).toBe(true);
    const basic = Buffer.from('u:p:q').toString('base64');
    expect(seen).toEqual([`Basic ${basic} repository:acme/fraud:pull,push`]);
    server.close();
  });
});
