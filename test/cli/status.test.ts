import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { runCommandLine } from '../../src/cli/main.ts';
import type { MemoryTransport } from '../rollout/memory-transport.ts';
import { memoryCluster } from '../rollout/memory-cluster.ts';
import { project } from '../rollout/project.ts';
import { captureHost } from './host.ts';

// A cluster in memory behind plain HTTP, which may take its time for the first answer.

let cluster: MemoryTransport;
let firstMs = 0;
let folder: string;
let kubeconfig: string;

const server = createServer((request, reply) => {
  const answer = async (): Promise<void> => {
    const wait = firstMs;
    firstMs = 0;
    await delay(wait);
    const { status, body } = await cluster.send({ method: 'GET', path: request.url ?? '' });
    reply.writeHead(status, { 'Content-Type': 'application/json' }).end(body);
  };
  void answer();
});

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'status-'));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  kubeconfig = join(folder, 'kubeconfig');
  const content = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'slow', cluster: { server: `http://127.0.0.1:${port}` } }],
    users: [],
    contexts: [{ name: 'slow', context: { cluster: 'slow', user: '' } }],
    'current-context': 'slow',
  };
  await writeFile(kubeconfig, JSON.stringify(content));
  cluster = await memoryCluster(project({ namespace: 'ml' }), () => ({}));
  // What is loaded only once takes its time too.
  await status();
});

beforeEach(async () => {
  cluster = await memoryCluster(project({ namespace: 'ml' }), () => ({}));
});

afterAll(async () => {
  await new Promise((resolve) => server.close(resolve));
  await rm(folder, { recursive: true });
});

async function status(...more: readonly string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const host = captureHost(folder, { PATH: '/nowhere', HOME: folder });
  const argv = ['status', '--model', 'fraud', '--namespace', 'ml', '--kubeconfig', kubeconfig, ...more];
  const code = await runCommandLine(argv, host);
  return { code, stdout: host.stdout.text, stderr: host.stderr.text };
}

test('a cluster that answers at once is read in silence', async () => {
  expect(await status()).toMatchObject({ code: 0, stderr: '', stdout: expect.stringContaining('r1') as string });
});

test.each([[], ['--watch']])('a slow one shows that it is being read, on standard error only %j', async (...more) => {
  firstMs = 1500;
  const { code, stdout, stderr } = await status('--format', 'json', ...more);
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ phase: 'done', model: 'fraud' });
  expect(stderr).toMatch(/Reading how fraud stands in namespace ml\n.*done after \d/);
});

test('--quiet says nothing of it', async () => {
  firstMs = 1500;
  expect(await status('--quiet')).toMatchObject({ code: 0, stderr: '' });
});
