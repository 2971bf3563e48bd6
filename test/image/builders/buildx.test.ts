import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, describe, expect, it } from 'vitest';

import { buildx } from '../../../src/image/builders/buildx.ts';

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** What buildx says here, by a program that stands in for it: the real one is asked in buildx.proof.test.ts. */
async function said(programs: Readonly<Record<string, string>>): Promise<string | null> {
  const bin = mkdtempSync(join(tmpdir(), 'mldeploy-buildx-'));
  folders.push(bin);
  for (const [name, script] of Object.entries(programs)) {
    writeFileSync(join(bin, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  }
  const places = { buildkit: null, dockerConfig: null, environment: { PATH: bin } };
  return buildx.available(places, new AbortController().signal, true);
}

const inspect = (text: string): string => `case "$*" in *version) ;; *inspect) printf '${text}';; esac`;

describe('buildx', () => {
  it('is not there without a program, and with a Docker client that lacks the plugin', async () => {
    expect(await said({})).toBe('neither `docker buildx` nor `buildx` answers');
    expect(await said({ docker: 'echo "unknown command: docker buildx" >&2; exit 1' })).toContain('neither');
  });

  it('is used with a builder that can write layers to a folder', async () => {
    expect(await said({ docker: inspect('Name: b\\nDriver: docker-container\\n') })).toBeNull();
    expect(await said({ buildx: inspect('Name: b\\nDriver:        remote\\n') })).toBeNull();
  });

  it('says what to do with the builder that Docker itself is', async () => {
    expect(await said({ docker: inspect('Name: default\\nDriver: docker\\n') })).toMatch(/docker buildx create --use/);
  });

  it('says why a remote builder cannot be used', async () => {
    const text = 'Name: b\\nDriver: remote\\nNodes:\\nName: b0\\nError: connection refused\\n';
    expect(await said({ docker: inspect(text) })).toBe('the builder in use gives no answer: connection refused');
    expect(await said({ docker: 'case "$*" in *version) ;; *) echo "no builder" >&2; exit 1;; esac' })).toContain(
      'no builder',
    );
  });
});
