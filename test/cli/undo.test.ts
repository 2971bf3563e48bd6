import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { runCommandLine } from '../../src/cli/main.ts';
import { completed } from '../../src/cli/recorded-config.ts';
import type { Config } from '../../src/config/config.ts';
import { settingsOf } from '../../src/rollout/settings.ts';
import { memoryCluster } from '../rollout/memory-cluster.ts';
import { project } from '../rollout/project.ts';
import { captureHost } from './host.ts';
import { SlowCluster } from './slow-cluster.ts';

// From a laptop that knows nothing but name and namespace; the whole way is in undo.proof.test.ts.

const config = project({ namespace: 'ml' });
const cluster = new SlowCluster();
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'undo-'));
  await cluster.start(folder);
});

afterEach(async () => {
  await cluster.stop();
  await rm(folder, { recursive: true });
});

async function undo(...more: readonly string[]): Promise<{ code: number; stderr: string }> {
  const host = captureHost(folder, { PATH: '/nowhere', HOME: folder });
  const code = await runCommandLine(['undo', '--kubeconfig', cluster.kubeconfig, ...more], host);
  return { code, stderr: host.stderr.text };
}

const target = ['--model', 'fraud', '--namespace', 'ml'];

test('without mldeploy.yaml the settings come from the cluster', async () => {
  const at = '2026-01-01T00:00:00Z';
  cluster.is = await memoryCluster(config, () => ({
    settings: settingsOf({ config, watchdogImage: null }),
    history: [{ at, revision: 'r1', image: 'a', ended: 'promoted', reason: 'good' }],
  }));
  const { code, stderr } = await undo(...target);
  expect(stderr).toContain('Settings: those that fraud was last promoted with, from the cluster.');
  expect(stderr).toContain('r1 is the first verified revision of fraud');
  expect(code).toBe(2);
});

test('where nothing was recorded it says so in one error, with or without --canary', async () => {
  cluster.is = await memoryCluster(config, () => ({}));
  for (const more of [[], ['--canary']]) {
    const { code, stderr } = await undo(...target, ...more);
    expect(stderr).toMatch(/not recorded in the cluster.*rollout\/no-settings/s);
    expect(stderr).toContain('in the folder of mldeploy.yaml');
    expect(code).toBe(2);
  }
});

test('a model that is not there is told, and that nobody said which', async () => {
  cluster.is = await memoryCluster(config, () => ({}));
  expect((await undo('--model', 'fruad', '--namespace', 'ml')).stderr).toContain('ml-deploy knows no model fruad');
  expect((await undo()).stderr).toContain('--model NAME --namespace NAME');
});

test('--model and --namespace win over the mldeploy.yaml of another model', async () => {
  await writeFile(join(folder, 'mldeploy.yaml'), 'version: 1\nname: other\n');
  cluster.is = await memoryCluster(config, () => ({}));
  expect((await undo(...target)).stderr).toContain('rollout/no-settings');
});

test('keys that the engine which recorded them did not know have their defaults', () => {
  const without = (key: string, from: object): object =>
    Object.fromEntries(Object.entries(from).filter(([each]) => each !== key));
  const older = { ...without('notify', config), rollout: without('header', config.rollout) };
  expect(completed(older as Config)).toEqual(config);
});
