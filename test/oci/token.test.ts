import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import events from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { findCredentials, type Credentials } from '../../src/oci/credentials.ts';
import { digestOf } from '../../src/oci/manifest.ts';
import { parseRepository } from '../../src/oci/repository.ts';
import { RegistryTransport } from '../../src/oci/transport.ts';
import { clientOf } from './client.ts';
import { startFaultyRegistry, type Fault, type FaultyRegistry, type SeenRequest } from './faulty-registry.ts';

const digest = digestOf('x');
const given = { status: 200, body: JSON.stringify({ token: 't' }) };

/** Its token server gives these answers, one after the other, the last one again and again. */
async function startWithTokens(answers: readonly Fault[]): Promise<FaultyRegistry> {
  let host = '';
  const left = [...answers];
  const registry = await startFaultyRegistry({
    fault: ({ path, headers }: SeenRequest) => {
      if (path === '/token') return (left.length > 1 ? left.shift() : left[0]) ?? given;
      if (headers.authorization === 'Bearer t') return null;
      return { status: 401, headers: { 'www-authenticate': `Bearer realm="http://${host}/token",service="s"` } };
    },
  });
  host = registry.host;
  return registry;
}

describe.concurrent('a token server', () => {
  it('that has no time is asked again, as it says', async () => {
    await using registry = await startWithTokens([
      { status: 503 },
      { status: 429, headers: { 'retry-after': '1' } },
      { status: 200, headers: { 'content-length': '99' }, body: '{"token": "t' },
      given,
    ]);
    const reasons: string[] = [];
    const began = performance.now();
    expect(await clientOf(registry.host, { onRetry: (why) => reasons.push(why) }).hasBlob(digest)).toBe(false);
    expect(performance.now() - began).toBeGreaterThan(990);
    expect(reasons).toEqual(['the registry answered 503', 'the registry answered 429', 'the connection failed']);
  });

  it('that never has time ends with its answer', async () => {
    await using registry = await startWithTokens([{ status: 429, headers: { 'retry-after': '0' } }]);
    await expect(clientOf(registry.host).hasBlob(digest)).rejects.toMatchObject({
      code: 'registry/failed',
      message: expect.stringMatching(/^could not get a token for .* answered 429$/) as string,
    });
    // Once refused, then as often as anything is asked, and no oftener.
    expect(registry.log).toHaveLength(7);
  });

  it('that refuses is asked once', async () => {
    await using registry = await startWithTokens([{ status: 403 }]);
    await expect(clientOf(registry.host).hasBlob(digest)).rejects.toMatchObject({ code: 'registry/forbidden' });
    expect(registry.log).toHaveLength(2);
  });
});

describe('credentials that live for minutes', () => {
  /** Its token server knows the password of the hour alone; each token is good for one request. */
  async function startWithPasswords(password: () => string): Promise<FaultyRegistry> {
    let host = '';
    let next = 0;
    let good = '';
    const registry = await startFaultyRegistry({
      fault: ({ path, headers }: SeenRequest) => {
        if (path === '/token') {
          const right = `Basic ${Buffer.from(`u:${password()}`).toString('base64')}`;
          if (headers.authorization !== right) return { status: 401 };
          good = `t${++next}`;
          return { status: 200, body: JSON.stringify({ token: good }) };
        }
        if (good !== '' && headers.authorization === `Bearer ${good}`) return ((good = ''), null);
        return { status: 401, headers: { 'www-authenticate': `Bearer realm="http://${host}/token",service="s"` } };
      },
    });
    host = registry.host;
    return registry;
  }

  it('are looked up anew when the token server refuses those that let us in', async () => {
    let now = 'old';
    let lookups = 0;
    await using registry = await startWithPasswords(() => now);
    const client = clientOf(registry.host, {
      credentials: () => {
        lookups++;
        return Promise.resolve({ kind: 'password', username: 'u', password: now });
      },
    });
    expect(await client.hasBlob(digest)).toBe(false);
    now = 'new';
    expect(await client.hasBlob(digest)).toBe(false);
    expect(lookups).toBe(2);
  });

  it('are looked up once more, and not again and again', async () => {
    let now = 'old';
    let lookups = 0;
    await using registry = await startWithPasswords(() => now);
    const client = clientOf(registry.host, {
      credentials: () => {
        lookups++;
        return Promise.resolve({ kind: 'password', username: 'u', password: 'old' });
      },
    });
    expect(await client.hasBlob(digest)).toBe(false);
    now = 'new';
    await expect(client.hasBlob(digest)).rejects.toMatchObject({ code: 'registry/unauthorized' });
    expect(lookups).toBe(2);
  });
});

it.each([301, 302, 303, 307, 308])('a refresh token goes nowhere else when its server answers %d', async (status) => {
  const bodies: string[] = [];
  const elsewhere = createServer((request, response) => {
    request.on('data', (piece: Buffer) => bodies.push(piece.toString()));
    request.on('end', () => response.end(JSON.stringify({ token: 't' })));
  }).listen(0, '127.0.0.1');
  await events.once(elsewhere, 'listening');
  const { port } = elsewhere.address() as AddressInfo;
  try {
    await using registry = await startWithTokens([{ status, headers: { location: `http://localhost:${port}/t` } }]);
    const credentials = (): Promise<Credentials> => Promise.resolve({ kind: 'refresh-token', token: 'SECRET' });
    await expect(clientOf(registry.host, { credentials }).hasBlob(digest)).rejects.toMatchObject({
      code: 'registry/failed',
      message: expect.stringContaining(`answered ${status}, which leads elsewhere`) as string,
    });
    expect(bodies).toEqual([]);
  } finally {
    elsewhere.close();
  }
});

describe('a host that is written in another way than in URLs', () => {
  const credentials: Credentials = { kind: 'password', username: 'u', password: 'p' };
  const right = `Basic ${Buffer.from('u:p').toString('base64')}`;

  it('gets the credentials (capitals)', async () => {
    await using registry = await startFaultyRegistry({
      fault: ({ headers }) =>
        headers.authorization === right ? null : { status: 401, headers: { 'www-authenticate': 'Basic realm="x"' } },
    });
    const port = registry.host.split(':')[1] ?? '';
    const client = clientOf(`LocalHost:${port}`, { credentials: () => Promise.resolve(credentials) });
    expect(await client.hasBlob(digest)).toBe(false);
  });

  it('is the same as in URLs (the usual port)', () => {
    const address = (name: string, insecure: boolean): string =>
      new RegistryTransport({
        repository: parseRepository(name),
        insecure,
        credentials: () => Promise.resolve(null),
        signal: new AbortController().signal,
      }).address;
    expect(address('Reg.test:443/acme/fraud', false)).toBe('https://reg.test');
    expect(address('reg.test:80/acme/fraud', true)).toBe('http://reg.test');
    expect(address('reg.test:5000/acme/fraud', false)).toBe('https://reg.test:5000');
  });

  it('finds a login that was stored with capitals', async () => {
    const dockerConfig = mkdtempSync(join(tmpdir(), 'mldeploy-login-'));
    try {
      const auths = { 'Reg.Test:5000': { auth: Buffer.from('u:p').toString('base64') } };
      writeFileSync(join(dockerConfig, 'config.json'), JSON.stringify({ auths }));
      const { host } = parseRepository('REG.test:5000/acme/fraud');
      expect(await findCredentials(host, { dockerConfig, environment: {} })).toEqual(credentials);
    } finally {
      rmSync(dockerConfig, { recursive: true });
    }
  });
});
