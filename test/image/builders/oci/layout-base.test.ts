import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expect, it } from 'vitest';

import { openBase } from '../../../../src/image/builders/oci/base.ts';
import { oci } from '../../../../src/image/builders/oci/index.ts';
import { digestOf, mediaTypes, type Descriptor } from '../../../../src/oci/manifest.ts';

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

it('a base whose config has the nulls of other programs is built on', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'mldeploy-layout-'));
  try {
    mkdirSync(join(folder, 'blobs', 'sha256'), { recursive: true });
    const put = (mediaType: string, value: object): Descriptor => {
      const content = JSON.stringify(value);
      const digest = digestOf(content);
      writeFileSync(join(folder, 'blobs', ...digest.split(':')), content);
      return { mediaType, digest, size: content.length };
    };
    const layer = put(mediaTypes.layer, {});
    const config = put(mediaTypes.config, {
      os: 'linux',
      architecture: 'amd64',
      variant: null,
      config: null,
      history: null,
      rootfs: { type: 'layers', diff_ids: [layer.digest] },
    });
    const manifest = put(mediaTypes.manifest, { schemaVersion: 2, config, layers: [layer] });
    writeFileSync(join(folder, 'index.json'), JSON.stringify({ schemaVersion: 2, manifests: [manifest] }));
    const built = await oci.build({
      recipe: { kind: 'base', base: `oci-layout:${folder}`, packages: null },
      platform: 'linux/amd64',
      folder,
      layout: join(folder, 'layout'),
      cache: join(folder, 'cache'),
      insecureHosts: [],
      places: { buildkit: null, environment: {}, dockerConfig: null },
      secrets: [],
      sourceDateEpoch: 0,
      signal: new AbortController().signal,
      onStep: () => undefined,
      onLine: () => undefined,
    });
    expect(built.manifest.layers).toEqual([layer]);
    expect(built.config.history).toEqual([{ created_by: 'base' }]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
