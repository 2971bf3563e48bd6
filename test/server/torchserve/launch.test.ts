import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expect, test } from 'vitest';

const launcher = new URL('../../../src/server/torchserve/launch.py', import.meta.url).pathname;

/** The launcher around a `torchserve` that starts its "Java" after a while and ends with it, as TorchServe's own does. */
function launch(script: string, drainSeconds = 0): { readonly child: ChildProcess; readonly folder: string } {
  const folder = mkdtempSync(join(tmpdir(), 'launch-'));
  writeFileSync(join(folder, 'torchserve'), `#!/bin/bash\ncd ${folder}\n${script}\n`);
  chmodSync(join(folder, 'torchserve'), 0o755);
  const drain = { MLDEPLOY_DRAIN_SECONDS: String(drainSeconds), MLDEPLOY_FINISH_SECONDS: '0' };
  const env = { PATH: `${folder}:/usr/bin:/bin`, ...drain };
  return { folder, child: spawn('/usr/bin/python3', [launcher, '--ncs'], { env, stdio: 'inherit' }) };
}

const java = `bash -c 'trap "echo told >> signals; exit 143" TERM; touch java; for n in {1..300}; do sleep 0.1; done; exit 9'`;

const ended = async (child: ChildProcess): Promise<unknown> => ((await once(child, 'exit')) as unknown[])[0];

test('a signal that comes before Java is there is not lost', async () => {
  // A second without any child.
  const { child, folder } = launch(`mkfifo pause; exec 3<>pause; echo "$@" > started; read -t 1 -u 3; ${java}`);
  await expect.poll(() => existsSync(join(folder, 'started')), { timeout: 10_000 }).toBe(true);
  const began = performance.now();
  child.kill('SIGTERM');
  expect(await ended(child)).toBe(0);
  expect(performance.now() - began).toBeLessThan(10_000);
  expect(readFileSync(join(folder, 'started'), 'utf8')).toBe('--start --foreground --ncs\n');
});

test('Java is told once', async () => {
  const { child, folder } = launch(java);
  await expect.poll(() => existsSync(join(folder, 'java')), { timeout: 10_000 }).toBe(true);
  child.kill('SIGTERM');
  child.kill('SIGTERM');
  expect(await ended(child)).toBe(0);
  expect(readFileSync(join(folder, 'signals'), 'utf8')).toBe('told\n');
});

test('requests under way get their time before Java is told', async () => {
  const { child, folder } = launch(java, 1.5);
  await expect.poll(() => existsSync(join(folder, 'java')), { timeout: 10_000 }).toBe(true);
  const began = performance.now();
  child.kill('SIGTERM');
  expect(await ended(child)).toBe(0);
  expect(performance.now() - began).toBeGreaterThan(1_500);
});

test.each([
  ['exit 0', 0],
  ['exit 3', 1],
])('without a signal its end is ours: %s', async (script, code) => {
  expect(await ended(launch(script).child)).toBe(code);
});
