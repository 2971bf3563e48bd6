import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, expect, it } from 'vitest';

import { noBase } from '../../src/image/builders/oci/base.ts';
import { findImage, type ImageSource } from '../../src/oci/image.ts';
import { keptSource } from '../../src/oci/kept-source.ts';
import { digestOf, mediaTypes } from '../../src/oci/manifest.ts';

const folder = mkdtempSync(join(tmpdir(), 'mldeploy-kept-'));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

it('asks for a base that is named by digest once, and takes nothing from the folder that is not what its name says', async () => {
  const config = Buffer.from(JSON.stringify({ os: 'linux', architecture: 'amd64', rootfs: { diff_ids: [] } }));
  const manifest = Buffer.from(
    JSON.stringify({
      config: { mediaType: mediaTypes.config, digest: digestOf(config), size: config.length },
      layers: [],
    }),
  );
  const platform = { os: 'linux', architecture: 'amd64' };
  const index = Buffer.from(
    JSON.stringify({
      manifests: [{ mediaType: mediaTypes.manifest, digest: digestOf(manifest), size: manifest.length, platform }],
    }),
  );
  const stored = new Map([config, manifest, index].map((content) => [digestOf(content), content]));
  let asked = 0;
  const content = (digest: string): Promise<Buffer> => {
    asked++;
    return Promise.resolve(stored.get(digest) ?? Buffer.alloc(0));
  };
  const registry: ImageSource = {
    getBlob: content,
    getManifest: async (digest) => ({ digest, content: await content(digest) }),
    blob: () => {
      throw new Error('no layer is read');
    },
  };
  const find = (): ReturnType<typeof findImage> =>
    findImage(keptSource(registry, folder), digestOf(index), 'linux/amd64', noBase('base'));
  const first = await find();
  expect(asked).toBe(3);
  expect(await find()).toMatchObject({ digest: digestOf(manifest), manifest: first.manifest, config: first.config });
  expect(asked).toBe(3);
  for (const name of readdirSync(folder)) writeFileSync(join(folder, name), '{"config":{"digest":"sha256:0"}}');
  expect(await find()).toMatchObject({ digest: digestOf(manifest), manifest: first.manifest, config: first.config });
  expect(asked).toBe(6);
});
