import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, ftruncateSync, mkdtempSync, openSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const main = new URL('../../src/main.ts', import.meta.url).pathname;

it('validate stops cleanly in the middle of 20 GB', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'interrupt-'));
  for (const shard of ['model-00001-of-00002.bin', 'model-00002-of-00002.bin']) {
    const file = openSync(join(folder, shard), 'w');
    ftruncateSync(file, 10 * 1024 ** 3);
    closeSync(file);
  }
  const child = spawn(process.execPath, [main, 'validate', folder], { stdio: ['ignore', 'pipe', 'pipe'] });
  try {
    let out = '';
    let said = '';
    child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
    // The sign of life that comes every few seconds: how far, how fast, how long yet.
    await expect
      .poll(() => said.replaceAll('\u00a0', ' '), { timeout: 30_000, interval: 100 })
      .toMatch(/file 1 of 2, .* of 21\.5 GB, .*\/s, .* left/);
    const stopped = performance.now();
    child.kill('SIGINT');
    const [code] = (await once(child, 'exit')) as [number | null];
    expect(code).toBe(130);
    expect(performance.now() - stopped).toBeLessThan(5_000);
    expect(out).toBe('');
    expect(said).toMatch(/SIGINT: stopping\. This command changes nothing\.[^]*Interrupted: stopped by SIGINT/);
    expect(said).not.toContain('resume');
  } finally {
    child.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  }
}, 60_000);
