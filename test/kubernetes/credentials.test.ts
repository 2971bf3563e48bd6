import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
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
