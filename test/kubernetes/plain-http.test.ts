import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { connect } from '../../src/kubernetes/client.ts';
import { resources } from '../../src/kubernetes/resources.ts';

/** What `kubectl proxy` is for a client: plain HTTP on this machine. */
const heard: string[] = [];
const server = createServer((request, reply) => {
  heard.push(`${request.method ?? ''} ${request.url ?? ''}`);
  reply.setHeader('Content-Type', 'application/json');
  reply.end(JSON.stringify({ metadata: { name: 'fraud' } }));
});
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plain-'));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});

afterAll(async () => {
  await new Promise((resolve) => server.close(resolve));
  await rm(folder, { recursive: true });
});

/** A kubeconfig for this server; JSON is YAML too. */
async function kubeconfig(address: string, user: object, cluster: object = {}): Promise<string> {
  const file = join(folder, 'kubeconfig');
  const content = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'proxy', cluster: { server: address, ...cluster } }],
    users: [{ name: 'me', user }],
    contexts: [{ name: 'proxy', context: { cluster: 'proxy', user: 'me' } }],
    'current-context': 'proxy',
  };
  await writeFile(file, JSON.stringify(content));
  return file;
}

const far = 'http://kubernetes.invalid:8001';

test.each([{}, { token: 'secret' }])(
  'plain HTTP to this machine works, as with kubectl proxy: user %j',
  async (user) => {
    const { port } = server.address() as AddressInfo;
    const file = await kubeconfig(`http://127.0.0.1:${port}`, user);
    const api = await connect({ kubeconfig: file, context: null, environment: {} });
    expect(await api.get(resources.service, 'ml', 'fraud')).toMatchObject({ metadata: { name: 'fraud' } });
    expect(heard.at(-1)).toBe('GET /api/v1/namespaces/ml/services/fraud');
    api.close();
  },
);

test.each([{ token: 'secret' }, { username: 'me', password: 'secret' }])(
  'credentials do not cross a network in plain HTTP: refused at once: user %j',
  async (user) => {
    const file = await kubeconfig(far, user);
    const error = await connect({ kubeconfig: file, context: null, environment: {} }).then(
      () => null,
      (each: unknown) => each,
    );
    expect(error).toMatchObject({
      code: 'kubernetes/plain-http',
      kind: 'usage',
      message: expect.stringContaining(`user "me") for ${far}`) as string,
    });
    expect(String(error)).not.toContain('secret');
  },
);

test.each([
  [{}, {}],
  [{ token: 'secret' }, { 'insecure-skip-tls-verify': true }],
])('who has no credentials, or says so in the file, is not refused: %j %j', async (user, cluster) => {
  const file = await kubeconfig(far, user, cluster);
  const api = await connect({ kubeconfig: file, context: null, environment: {}, unknownNameMs: 100 });
  await expect(api.get(resources.service, 'ml', 'fraud')).rejects.toMatchObject({ code: 'kubernetes/unreachable' });
  api.close();
});
