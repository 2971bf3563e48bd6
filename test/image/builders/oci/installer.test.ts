import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, afterEach, expect, it, vi } from 'vitest';

import { installerFailed, quietArguments, runInstaller } from '../../../../src/image/builders/oci/installer.ts';

const uv = { name: 'uv', version: '0.13.9', command: 'uv', prefix: ['pip'] } as const;

it.each([
  [
    'ERROR: Could not find a version that satisfies the requirement numpy==1.8.0 (from versions: 1.23.2)\nERROR: No matching distribution found for numpy==1.8.0',
    'build/no-wheel',
    'usage',
  ],
  ['  cause: Because numpy==1.8.0 has no usable wheels and you require numpy==1.8.0, ...', 'build/no-wheel', 'usage'],
  ['Because nothere was not found in the package registry and you require nothere==9.9', 'build/no-wheel', 'usage'],
  ['error: failed to write: No space left on device (os error 28)', 'build/disk-full', 'infrastructure'],
  ["OSError: [Errno 28] No space left on device: '/x'", 'build/disk-full', 'infrastructure'],
  [
    'SSLError(SSLCertVerificationError(1, CERTIFICATE_VERIFY_FAILED))\nERROR: No matching distribution found for a',
    'build/failed',
    'infrastructure',
  ],
  ['error: Failed to fetch: `https://pypi.org/simple/a/`\n  Caused by: dns error', 'build/failed', 'infrastructure'],
  ['ERROR: THESE PACKAGES DO NOT MATCH THE HASHES', 'build/failed', 'infrastructure'],
])('%j is %s', (output, code, kind) => {
  const error = installerFailed(uv, output, 'model.txt (Python 3.11)');
  expect(error).toMatchObject({ code, kind });
  expect(error.message).toContain(output.split('\n').at(-1));
  expect(error.message).toContain('model.txt (Python 3.11)');
});

it('says for a certificate and for a network what to do', () => {
  expect(installerFailed(uv, 'CERTIFICATE_VERIFY_FAILED', 'x').hint).toContain('id `ca`');
  expect(installerFailed(uv, 'Temporary failure in name resolution', 'x').hint).toContain('`pipconf`');
});

it('keeps pip from compiling by an argument: its variable PIP_NO_COMPILE=1 asks for compiling', () => {
  expect(quietArguments({ ...uv, name: 'pip', command: 'python3' })).toContain('--no-compile');
  expect(quietArguments(uv)).toEqual([]);
});

const folder = mkdtempSync(join(tmpdir(), 'mldeploy-silent-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
afterEach(() => {
  vi.useRealTimers();
});

it('ends an installer that says nothing for half an hour', async () => {
  const command = join(folder, 'uv');
  writeFileSync(command, '#!/bin/sh\necho waiting\nexec sleep 600\n', { mode: 0o755 });
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'performance'] });
  const running = runInstaller({
    installer: { ...uv, command },
    arguments: [],
    secrets: [],
    environment: { PATH: process.env['PATH'] ?? '' },
    signal: new AbortController().signal,
    onLine: () => vi.advanceTimersByTime(31 * 60_000),
  });
  await expect(running).rejects.toMatchObject({
    code: 'process/timeout',
    message: expect.stringContaining('printed nothing for 30 min:\nwaiting') as string,
  });
});
