import { randomBytes } from 'node:crypto';

import { describe, expect, it } from 'vitest';

import { MlDeployError } from '../../src/errors.ts';
import { memoryBlob, type Blob } from '../../src/oci/blob.ts';
import { digestOf } from '../../src/oci/manifest.ts';
import { locationOf } from '../../src/oci/upload.ts';
import type { UploadSource } from '../../src/oci/upload-source.ts';
import { clientOf } from './client.ts';
import { startFaultyRegistry, type Fault, type RegistryOptions, type SeenRequest } from './faulty-registry.ts';

const MiB = 1024 * 1024;
const size = 6 * MiB;
const content = randomBytes(size);
const digest = digestOf(content);

/** In pieces, as files are read. */
function blob(): Blob {
  return {
    digest,
    size,
    async *read(start) {
      for (let at = start; at < size; at += 256 * 1024) {
        yield await Promise.resolve(content.subarray(at, Math.min(size, at + 256 * 1024)));
      }
    },
  };
}

/** A fault for one request of a method, counted from 0. */
function once(method: string, index: number, fault: Fault): (request: SeenRequest) => Fault | null {
  return (request) => (request.method === method && request.before === index ? fault : null);
}

async function sent(
  options: RegistryOptions,
  client: Parameters<typeof clientOf>[1] = {},
): Promise<{ log: string[]; reasons: string[]; stored: boolean; open: number; received: number }> {
  await using registry = await startFaultyRegistry(options);
  const reasons: string[] = [];
  await clientOf(registry.host, { onRetry: (why) => reasons.push(why), ...client }).pushBlob(blob());
  const stored = registry.blobs.get(digest)?.equals(content) ?? false;
  return { log: registry.log, reasons, stored, open: registry.open(), received: registry.received() };
}

/** The error of a push, and what it left at the registry. */
async function refused(
  options: RegistryOptions,
  client: Parameters<typeof clientOf>[1] = {},
): Promise<{ error: MlDeployError; open: number; log: string[] }> {
  await using registry = await startFaultyRegistry(options);
  try {
    await clientOf(registry.host, client).pushBlob(blob());
  } catch (error) {
    if (error instanceof MlDeployError) return { error, open: registry.open(), log: registry.log };
    throw error;
  }
  throw new Error('it was sent');
}

describe.concurrent('a connection that is cut', () => {
  const places = [1, MiB - 1, MiB, 2.5 * MiB, 4 * MiB, size - 1];

  it.each([true, false])(
    'ends with the same blob wherever it is cut (the registry keeps what came: %s)',
    async (keepsPartOfRequest) => {
      await Promise.all(
        places.map(async (cutAfter) => {
          const result = await sent({ keepsPartOfRequest, fault: once('PATCH', 0, { cutAfter }) });
          expect(result).toMatchObject({ stored: true, open: keepsPartOfRequest ? 0 : 1 });
          // What the registry kept is not sent again.
          if (keepsPartOfRequest) expect(result.received).toBeLessThan(size + MiB);
        }),
      );
    },
  );

  it('at every chunk, goes on with smaller ones', async () => {
    // Each request is cut at its first attempt: a chunk that came is never sent again.
    const seen = new Set<string>();
    const fault = ({ method, headers }: SeenRequest): Fault | null => {
      const range = headers['content-range'] ?? 'whole';
      const [from = ''] = range.split('-');
      if (method !== 'PATCH' || seen.has(from)) return null;
      seen.add(from);
      return { cutAfter: 1000 };
    };
    const { stored, log } = await sent({ fault });
    expect(stored).toBe(true);
    const ends = log.filter((line) => /^PATCH \d/.test(line));
    expect(seen.size).toBeGreaterThan(3);
    expect(ends.at(-1)).toMatch(`-${size - 1}`);
  });

  it('every time, is an error that names the registry', async () => {
    const { error } = await refused({ fault: ({ method }) => (method === 'PATCH' ? { cutAfter: 1000 } : null) });
    expect(error).toMatchObject({ code: 'registry/unreachable', kind: 'infrastructure' });
    expect(error.message).toMatch(/^could not push to 127\.0\.0\.1:\d+\/acme\/fraud: http:\/\/127.* gives no answer/);
  });

  it('when everything was sent: the lost answer does not matter', async () => {
    expect(await sent({ lostAnswers: 1 })).toMatchObject({ stored: true, received: size });
  });
});

describe.concurrent('answers in the middle of an upload', () => {
  it.each([
    ['429 with Retry-After', { status: 429, headers: { 'retry-after': '1' } }, 900],
    ['500', { status: 500 }, 0],
    ['502 of a proxy', { status: 502, body: '<html>Bad Gateway</html>' }, 0],
    ['503', { status: 503 }, 0],
  ])('%s: it goes on', async (_, fault, leastMs) => {
    const began = performance.now();
    const { stored, reasons } = await sent({ fault: once('PATCH', 0, fault) });
    expect(stored).toBe(true);
    expect(reasons).toEqual([`the registry answered ${fault.status} in the middle of an upload`]);
    expect(performance.now() - began).toBeGreaterThan(leastMs);
  });

  it('429 for ever ends with what to do', async () => {
    const fault = ({ method }: SeenRequest): Fault | null =>
      method === 'PATCH' ? { status: 429, headers: { 'retry-after': '0' } } : null;
    const { error } = await refused({ fault });
    expect(error).toMatchObject({ code: 'registry/failed', message: expect.stringContaining('429') as string });
    expect(error.hint).toContain('wait');
  });

  it('403: it ends at once, and the upload is given up', async () => {
    const body = '{"errors": [{"code": "DENIED", "message": "quota of acme"}]}';
    const { error, open, log } = await refused({ fault: once('PATCH', 0, { status: 403, body }) });
    expect(error).toMatchObject({
      code: 'registry/forbidden',
      message: expect.stringMatching(/answered 403 \(DENIED: quota of acme\)$/) as string,
      hint: expect.stringContaining('the right to push') as string,
    });
    expect(open).toBe(0);
    expect(log).toEqual(['HEAD', 'POST', 'PATCH', 'DELETE']);
  });

  it.each([
    ['507', { status: 507 }],
    [
      '500 that tells of the disk',
      {
        status: 500,
        body: '{"errors": [{"code": "UNKNOWN", "message": "unknown error", "detail": {"Err": "write /data: no space left on device"}}]}',
      },
    ],
  ])('%s: the registry is full, which no repetition helps', async (_, fault) => {
    const { error, open } = await refused({ fault: once('PATCH', 0, fault) });
    expect(error).toMatchObject({
      code: 'registry/full',
      hint: expect.stringContaining('remove old images') as string,
    });
    expect(open).toBe(0);
  });

  it('an upload that the registry has forgotten begins anew', async () => {
    expect(await sent({ fault: once('PATCH', 0, { status: 404 }) })).toMatchObject({ stored: true });
    expect(await sent({ fault: once('PUT', 0, { status: 404 }) })).toMatchObject({ stored: true, received: 2 * size });
  });

  it('another digest than was sent is an error that says so', async () => {
    const wrong = digestOf('other');
    await using registry = await startFaultyRegistry();
    await expect(clientOf(registry.host).pushBlob({ ...blob(), digest: wrong })).rejects.toMatchObject({
      code: 'registry/failed',
      message: expect.stringContaining('DIGEST_INVALID') as string,
    });
    expect(registry.open()).toBe(0);
  });
});

describe.concurrent('registries differ', () => {
  it('in how they name places', async () => {
    expect(await sent({ absoluteLocations: true })).toMatchObject({ stored: true });
    expect(
      await sent({ absoluteLocations: true, keepsPartOfRequest: true, fault: once('PATCH', 0, { cutAfter: 9 }) }),
    ).toMatchObject({ stored: true });
    const response = (location: string): Response => new Response(null, { status: 202, headers: { location } });
    const before = 'https://reg.test/v2/a/blobs/uploads/';
    const at = (location: string): string => locationOf(response(location), before, 'https://reg.test');
    expect(at('/v2/a/1?x=y')).toBe('https://reg.test/v2/a/1?x=y');
    expect(at('2')).toBe('https://reg.test/v2/a/blobs/uploads/2');
    expect(at('https://storage.test/signed?sig=1')).toBe('https://storage.test/signed?sig=1');
    // Behind a proxy that ends TLS.
    expect(at('http://reg.test/v2/a/1')).toBe('https://reg.test/v2/a/1');
    expect(() => at('http://elsewhere.test/1')).toThrow(/not encrypted/);
    expect(locationOf(new Response(null, { status: 202 }), before, 'https://reg.test')).toBe(before);
  });

  it('in how much they take at a time: a limit of a proxy, chunks of 4 MiB at most, at least 2 MiB', async () => {
    const bodyOf = ({ headers }: SeenRequest): number => Number(headers['content-length']);
    const proxy = await sent({
      fault: (request) => (request.method === 'PATCH' && bodyOf(request) > 2 * MiB ? { status: 413 } : null),
    });
    expect(proxy.stored).toBe(true);
    const limit = await sent({
      fault: (request) => {
        if (request.method !== 'PATCH') return null;
        const isChunk = request.headers['content-range'] !== undefined;
        if (isChunk && bodyOf(request) > MiB)
          return { status: 416, body: '{"errors": [{"message": "at most 1.00MiB"}]}' };
        return request.before === 0 ? { cutAfter: 100 } : null;
      },
    });
    expect(limit.stored).toBe(true);
    const least = await sent({ leastChunk: 2 * MiB, fault: once('PATCH', 0, { cutAfter: 100 }) });
    expect(least.log.filter((line) => line.startsWith('PATCH 0'))).toEqual([`PATCH 0-${2 * MiB - 1}`]);
    expect(least.stored).toBe(true);
    const { error } = await refused({ fault: ({ method }) => (method === 'PATCH' ? { status: 413 } : null) });
    expect(error).toMatchObject({ code: 'registry/failed', hint: expect.stringContaining('proxy') as string });
  });

  it('in whether they know chunks at all', async () => {
    const { stored, log } = await sent({
      fault: ({ method, headers, before }) => {
        if (method !== 'PATCH') return null;
        if (headers['content-range'] !== undefined) return { status: 400 };
        return before === 0 ? { cutAfter: 100 } : null;
      },
    });
    expect(stored).toBe(true);
    expect(log.filter((line) => line === 'PATCH')).toHaveLength(2);
  });

  it('in how truly they tell what they have', async () => {
    const cut = once('PATCH', 0, { cutAfter: 2 * MiB });
    // One that says for ever where the first chunk ended, and one that claims more than came.
    expect(await sent({ fault: cut, range: (bytes) => `0-${Math.min(bytes, MiB) - 1}` })).toMatchObject({
      stored: true,
    });
    expect(await sent({ fault: cut, range: () => `0-${size * 2}` })).toMatchObject({ stored: true });
    expect(await sent({ fault: cut, range: () => 'nonsense' })).toMatchObject({ stored: true });
  });
});

describe.concurrent('a blob that another repository of the registry has', () => {
  const origin = (host: string): Blob => ({ ...blob(), origin: { name: '', host, path: 'acme/other' } });

  it('is taken over, or sent where the registry will not', async () => {
    for (const [options, methods] of [
      [{ mountable: new Set([digest]) }, ['HEAD', 'POST']],
      // It begins an upload instead: that one is used.
      [{}, ['HEAD', 'POST', 'PATCH', 'PUT']],
      [{ fault: once('POST', 0, { status: 403 }) }, ['HEAD', 'POST', 'POST', 'PATCH', 'PUT']],
      [{ fault: once('POST', 0, { status: 405 }) }, ['HEAD', 'POST', 'POST', 'PATCH', 'PUT']],
    ] satisfies [RegistryOptions, string[]][]) {
      await using registry = await startFaultyRegistry(options);
      const wasSent = await clientOf(registry.host).pushBlob(origin(registry.host));
      expect(registry.log).toEqual(methods);
      expect(wasSent).toBe(methods.includes('PATCH'));
      expect(registry.blobs.has(digest)).toBe(true);
      expect(registry.open()).toBe(0);
    }
  });
});

describe.concurrent('time', () => {
  it('a slow registry may take longer than a stall', async () => {
    const { stored, reasons } = await sent({ pieceDelayMs: 20 }, { stallMs: 1200 });
    expect(stored).toBe(true);
    expect(reasons).toEqual([]);
  });

  it('a connection on which nothing moves is given up, and taken up again', async () => {
    const began = performance.now();
    const { stored, reasons } = await sent(
      { keepsPartOfRequest: true, fault: once('PATCH', 0, { stallAfter: MiB }) },
      { stallMs: 1500 },
    );
    expect(stored).toBe(true);
    expect(reasons).toEqual(['the connection failed in the middle of an upload']);
    expect(performance.now() - began).toBeLessThan(10_000);
  });

  it('an interrupted upload ends at once', async () => {
    const abort = new AbortController();
    const fault = ({ method }: SeenRequest): Fault | null => {
      if (method === 'PATCH') setTimeout(() => abort.abort(), 50);
      return method === 'PATCH' ? { stallAfter: 1 } : null;
    };
    const began = performance.now();
    const { error } = await refused({ fault }, { signal: abort.signal });
    expect(error).toMatchObject({ kind: 'interrupted' });
    expect(performance.now() - began).toBeLessThan(5_000);
  });
});

describe.concurrent('tokens', () => {
  /** Gives tokens that live for so many requests. */
  async function withTokens(
    lives: number,
    more: RegistryOptions = {},
  ): Promise<{ stored: boolean; tokens: number; log: string[] }> {
    let tokens = 0;
    let left = 0;
    let host = '';
    await using registry = await startFaultyRegistry({
      ...more,
      fault: (request) => {
        if (request.path === '/token') {
          left = lives;
          return { status: 200, body: JSON.stringify({ token: `t${++tokens}` }) };
        }
        if (request.headers.authorization === `Bearer t${tokens}` && left-- > 0) return more.fault?.(request) ?? null;
        return { status: 401, headers: { 'www-authenticate': `Bearer realm="http://${host}/token",service="s"` } };
      },
    });
    host = registry.host;
    await clientOf(registry.host).pushBlob(blob());
    return { stored: registry.blobs.get(digest)?.equals(content) ?? false, tokens, log: registry.log };
  }

  it('that die in the middle of an upload are replaced, and it goes on', async () => {
    // HEAD, POST | PATCH, PUT
    expect(await withTokens(2)).toMatchObject({ stored: true, tokens: 2 });
    // One token per request, in chunks.
    const chunks = await withTokens(1, { keepsPartOfRequest: true, fault: once('PATCH', 1, { cutAfter: MiB }) });
    expect(chunks.stored).toBe(true);
    expect(chunks.tokens).toBeGreaterThan(4);
  });

  it('are not used to the end of their life', async () => {
    let asked = 0;
    let refusedOnes = 0;
    let host = '';
    let dies = 0;
    await using registry = await startFaultyRegistry({
      fault: ({ path, headers }) => {
        if (path === '/token') {
          dies = performance.now() + 1000;
          return { status: 200, body: JSON.stringify({ token: `t${++asked}`, expires_in: 1 }) };
        }
        if (headers.authorization === `Bearer t${asked}` && performance.now() < dies) return null;
        refusedOnes++;
        return { status: 401, headers: { 'www-authenticate': `Bearer realm="http://${host}/token",service="s"` } };
      },
    });
    host = registry.host;
    const client = clientOf(registry.host);
    await client.hasBlob(digest);
    await new Promise((resolve) => setTimeout(resolve, 1100));
    await client.hasBlob(digest);
    expect({ asked, refusedOnes }).toEqual({ asked: 2, refusedOnes: 1 });
  });

  it('are asked for with credentials that are looked up again when the old ones no longer count', async () => {
    let password = 'old';
    let host = '';
    const looked: string[] = [];
    await using registry = await startFaultyRegistry({
      fault: ({ path, headers }) => {
        const right = `Basic ${Buffer.from(`u:${password}`).toString('base64')}`;
        if (path !== '/token' && headers.authorization === right) return null;
        return { status: 401, headers: { 'www-authenticate': 'Basic realm="x"' } };
      },
    });
    host = registry.host;
    const credentials = (): Promise<{ kind: 'password'; username: string; password: string }> => {
      looked.push(password);
      return Promise.resolve({ kind: 'password', username: 'u', password });
    };
    const client = clientOf(host, { credentials });
    await client.hasBlob(digest);
    password = 'new';
    await client.hasBlob(digest);
    expect(looked).toEqual(['old', 'new']);
  });
});

describe.concurrent('content whose digest is learnt while it is sent', () => {
  it('is published under what it turned out to be, or not at all', async () => {
    await using registry = await startFaultyRegistry({ fault: once('PATCH', 0, { cutAfter: MiB }) });
    const source: UploadSource = { size, read: (start) => blob().read(start), digest: () => Promise.resolve(digest) };
    expect(await clientOf(registry.host).pushStream(source)).toBe(digest);
    expect(registry.blobs.get(digest)?.equals(content)).toBe(true);
    const error = new MlDeployError({ code: 'build/model-changed', kind: 'inconclusive', message: 'no' });
    const wrong: UploadSource = {
      ...source,
      digest: () => Promise.reject(error),
    };
    await expect(clientOf(registry.host).pushStream(wrong)).rejects.toBe(error);
    expect(registry.blobs.size).toBe(1);
    expect(registry.log.at(-1)).toBe('DELETE');
  });

  it('that cannot be read is no fault of the registry: no second attempt', async () => {
    await using registry = await startFaultyRegistry();
    const broken = (end: () => void): UploadSource => ({
      size,
      digest: () => Promise.resolve(digest),
      async *read() {
        yield await Promise.resolve(content.subarray(0, MiB));
        end();
      },
    });
    const failing = broken(() => {
      throw new Error('EIO: i/o error, read');
    });
    for (const [source, words] of [
      [failing, 'EIO'],
      [broken(() => undefined), 'ended after'],
    ] as const) {
      await expect(clientOf(registry.host).pushStream(source)).rejects.toMatchObject({
        code: 'build/unreadable',
        message: expect.stringContaining(words) as string,
      });
    }
    expect(registry.log.filter((line) => line === 'PATCH')).toHaveLength(2);
    expect(registry.open()).toBe(0);
  });

  it('may be empty', async () => {
    await using registry = await startFaultyRegistry();
    expect(await clientOf(registry.host).pushBlob(memoryBlob(Buffer.alloc(0), digestOf('')))).toBe(true);
    expect(registry.blobs.has(digestOf(''))).toBe(true);
  });
});
