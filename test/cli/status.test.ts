import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { runCommandLine } from '../../src/cli/main.ts';
import { memoryCluster } from '../rollout/memory-cluster.ts';
import { project } from '../rollout/project.ts';
import { captureHost } from './host.ts';
import { SlowCluster } from './slow-cluster.ts';

const cluster = new SlowCluster();
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'status-'));
  await cluster.start(folder);
  cluster.is = await memoryCluster(project({ namespace: 'ml' }), () => ({}));
  // What is loaded only once takes its time too.
  await status();
});

beforeEach(async () => {
  cluster.is = await memoryCluster(project({ namespace: 'ml' }), () => ({}));
});

afterAll(async () => {
  await cluster.stop();
  await rm(folder, { recursive: true });
});

async function status(...more: readonly string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const host = captureHost(folder, { PATH: '/nowhere', HOME: folder });
  const argv = ['status', '--model', 'fraud', '--namespace', 'ml', '--kubeconfig', cluster.kubeconfig, ...more];
  const code = await runCommandLine(argv, host);
  return { code, stdout: host.stdout.text, stderr: host.stderr.text };
}

test('a cluster that answers at once is read in silence', async () => {
  // No time passes, also on a busy machine.
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  try {
    expect(await status()).toMatchObject({ code: 0, stderr: '', stdout: expect.stringContaining('r1') as string });
  } finally {
    vi.useRealTimers();
  }
});

test.each([[], ['--watch']])('a slow one shows that it is being read, on standard error only %j', async (...more) => {
  cluster.nextMs = 1500;
  const { code, stdout, stderr } = await status('--format', 'json', ...more);
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ phase: 'done', model: 'fraud' });
  expect(stderr).toMatch(/Reading how fraud stands in namespace ml\n.*done after \d/);
});

test('--quiet says nothing of it', async () => {
  cluster.nextMs = 1500;
  expect(await status('--quiet')).toMatchObject({ code: 0, stderr: '' });
});
