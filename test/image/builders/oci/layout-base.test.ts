import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expect, it } from 'vitest';

import { openBase } from '../../../../src/image/builders/oci/base.ts';
import { digestOf, mediaTypes } from '../../../../src/oci/manifest.ts';

it('a base in a folder that is damaged is named by its folder: no registry is to blame', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'mldeploy-layout-'));
  try {
    const manifest = JSON.stringify({ schemaVersion: 2, layers: 7 });
    const digest = digestOf(manifest);
    mkdirSync(join(folder, 'blobs', 'sha256'), { recursive: true });
    writeFileSync(join(folder, 'blobs', ...digest.split(':')), manifest);
    const entry = { mediaType: mediaTypes.manifest, digest, size: manifest.length };
    writeFileSync(join(folder, 'index.json'), JSON.stringify({ schemaVersion: 2, manifests: [entry] }));
    const access = {
      places: { buildkit: null, environment: {}, dockerConfig: null },
      insecureHosts: [],
      cache: join(folder, 'cache'),
      signal: new AbortController().signal,
    };
    await expect(openBase(`oci-layout:${folder}`, 'linux/amd64', access)).rejects.toMatchObject({
      code: 'build/no-base',
      kind: 'usage',
      message: expect.stringContaining(`cannot be read in ${folder}: the manifest of`) as string,
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
});
