import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { buildkit } from '../../../src/image/builders/buildkit.ts';
import { buildx } from '../../../src/image/builders/buildx.ts';
import { checkEmulation } from '../../../src/image/builders/emulation.ts';
import { buildFailed } from '../../../src/image/builders/log.ts';
import type { Builder } from '../../../src/image/builders/builder.ts';

let bin: string;
const packages = { dockerfile: false, packages: true, layoutBase: false };

beforeAll(() => {
  // As buildctl 0.34 and buildx 0.30 print them.
  const programs = {
    buildctl: 'printf "ID\\t\\t\\t\\tPLATFORMS\\n40cita\\tlinux/amd64,linux/amd64/v2,linux/386\\n"',
    docker:
      'case "$*" in *inspect) printf "Name: b\\nEndpoint: unix:///a/b/c.sock\\nPlatforms:  linux/amd64*, linux/arm64\\nLabels:\\n";; esac',
  };
  bin = mkdtempSync(join(tmpdir(), 'mldeploy-emulation-'));
  for (const [name, script] of Object.entries(programs)) {
    writeFileSync(join(bin, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  }
});
afterAll(() => rmSync(bin, { recursive: true, force: true }));

function check(builder: Builder, wanted: readonly string[], needs = packages): Promise<void> {
  const places = { buildkit: 'unix:///nowhere', dockerConfig: null, environment: { PATH: bin } };
  return checkEmulation(builder, needs, wanted, places, new AbortController().signal);
}

describe('programs of another platform', () => {
  it('are run by a builder that can, and refused before anything is built by one that cannot', async () => {
    await check(buildx, ['linux/amd64', 'linux/arm64/v8']);
    await check(buildkit, ['linux/amd64']);
    await expect(check(buildkit, ['linux/amd64', 'linux/arm64'])).rejects.toMatchObject({
      code: 'build/no-emulation',
      message: 'buildkit cannot run programs of linux/arm64 here, only of linux/amd64, linux/amd64/v2, linux/386',
      hint: expect.stringContaining('image.builder: oci') as string,
    });
    await expect(check(buildx, ['linux/s390x'], { ...packages, dockerfile: true })).rejects.toMatchObject({
      message: expect.not.stringContaining('image.builder') as string,
    });
  });

  it('need not be run when the base is taken as it is', async () => {
    await check(buildkit, ['linux/arm64'], { ...packages, packages: false });
  });

  it('are named when a build fails of them', () => {
    expect(buildFailed('Buildah', 'exec container process `/bin/sh`: Exec format error').hint).toContain('emulation');
  });
});
