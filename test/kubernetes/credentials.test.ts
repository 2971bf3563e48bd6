import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { connect } from '../../src/kubernetes/client.ts';
import { resources } from '../../src/kubernetes/resources.ts';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'credentials-'));
  const plugin = join(folder, 'logged-out');
  await writeFile(plugin, '#!/bin/sh\necho "the SSO session has expired; run cloud login" >&2\nexit 255\n');
  await chmod(plugin, 0o755);
});

afterAll(() => rm(folder, { recursive: true }));

test.each([
  ['is logged out', 'logged-out', 'the SSO session has expired; run cloud login'],
  ['is not installed', 'no-such-program', 'ENOENT'],
])('a login program that %s is told at once, in its own words', async (_case, program, said) => {
  const command = join(folder, program);
  const file = join(folder, 'kubeconfig');
  const content = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'far', cluster: { server: 'https://127.0.0.1:1' } }],
    users: [{ name: 'me', user: { exec: { apiVersion: 'client.authentication.k8s.io/v1', command } } }],
    contexts: [{ name: 'far', context: { cluster: 'far', user: 'me' } }],
    'current-context': 'far',
  };
  await writeFile(file, JSON.stringify(content));
  const begun = performance.now();
  const api = await connect({ kubeconfig: file, context: null, environment: {} });
  await expect(api.find(resources.service, 'ml', 'fraud')).rejects.toMatchObject({
    code: 'kubernetes/no-credentials',
    message: expect.stringContaining(said) as string,
  });
  expect(performance.now() - begun).toBeLessThan(10_000);
});

test('requests that begin at the same moment share one login and one connection pool: none is closed under another', async () => {
  const server = createServer((_request, response) => {
    response.end('{"metadata":{"name":"x"}}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const plugin = join(folder, 'login');
  const log = join(folder, 'logins');
  const credential = { apiVersion: 'client.authentication.k8s.io/v1', kind: 'ExecCredential', status: { token: 't' } };
  await writeFile(plugin, `#!/bin/sh\necho one >> ${log}\necho '${JSON.stringify(credential)}'\n`);
  await chmod(plugin, 0o755);
  const file = join(folder, 'local');
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const exec = { apiVersion: 'client.authentication.k8s.io/v1', command: plugin };
  const content = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'here', cluster: { server: address } }],
    users: [{ name: 'me', user: { exec } }],
    contexts: [{ name: 'here', context: { cluster: 'here', user: 'me' } }],
    'current-context': 'here',
  };
  await writeFile(file, JSON.stringify(content));
  const api = await connect({ kubeconfig: file, context: null, environment: {} });
  try {
    await Promise.all(Array.from({ length: 20 }, () => api.find(resources.service, 'ml', 'fraud')));
    expect(api.lastTrouble).toBe(-Infinity);
    expect(api.requests).toBe(20);
    expect(await readFile(log, 'utf8')).toBe('one\n');
  } finally {
    api.close();
    server.close();
  }
});
