import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { openBuilt } from '../../src/oci/layout.ts';
import { digestOf, mediaTypes, type Descriptor } from '../../src/oci/manifest.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'mldeploy-layout-'));
  mkdirSync(join(folder, 'blobs/sha256'), { recursive: true });
});
afterEach(() => rmSync(folder, { recursive: true }));

function add(mediaType: string, value: object): Descriptor {
  const content = JSON.stringify(value);
  const digest = digestOf(content);
  writeFileSync(join(folder, 'blobs', ...digest.split(':')), content);
  return { mediaType, digest, size: content.length };
}

function list(...manifests: Descriptor[]): void {
  writeFileSync(join(folder, 'index.json'), JSON.stringify({ schemaVersion: 2, manifests }));
}

function image(more: object = {}): { config: Descriptor; manifest: Descriptor } {
  const rootfs = { type: 'layers', diff_ids: [] };
  const config = add(mediaTypes.config, {
    os: 'linux',
    architecture: 'amd64',
    rootfs,
    config: { OnBuild: null },
    ...more,
  });
  return { config, manifest: add(mediaTypes.manifest, { schemaVersion: 2, config, layers: [] }) };
}

describe('the layout that a builder has written', () => {
  it('is opened, also below a second index, and rid of what other images left', async () => {
    const { config, manifest } = image();
    image({ author: 'an earlier build' });
    list(add(mediaTypes.index, { schemaVersion: 2, manifests: [manifest] }));
    const opened = await openBuilt(folder);
    expect(opened.manifest.config).toEqual(config);
    // As it is: another config would be another image.
    expect(opened.config.config).toEqual({ OnBuild: null });
    expect(readdirSync(join(folder, 'blobs/sha256'))).toEqual([config.digest.slice(7)]);
  });

  it.each([
    ['has two images', () => list(image().manifest, image({ author: 'b' }).manifest), /gave 2 images/],
    ['has none', () => list(), /gave 0 images/],
    ['is not there', () => undefined, /cannot be read .*ENOENT/],
    ['is no JSON', () => writeFileSync(join(folder, 'index.json'), '{'), /index.json is not a JSON object/],
    ['lacks a blob', () => list({ ...image().manifest, digest: digestOf('x') }), /cannot be read .*ENOENT/],
    [
      'has another image than it says',
      () => list(add(mediaTypes.manifest, { schemaVersion: 2 })),
      /is not an image manifest/,
    ],
    [
      'has a blob that is not what its name says',
      () => {
        const { config, manifest } = image();
        writeFileSync(join(folder, 'blobs', ...config.digest.split(':')), '{}');
        list(manifest);
      },
      /is not what its name says/,
    ],
  ])('that %s is an error in words', async (_, make, message) => {
    make();
    await expect(openBuilt(folder)).rejects.toMatchObject({
      code: 'build/bad-layout',
      message: expect.stringMatching(message) as string,
    });
  });
});
