import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, expect, it } from 'vitest';

import { openBase } from '../../../../src/image/builders/oci/base.ts';
import type { StoredImage } from '../../../../src/oci/image.ts';
import { startReferringRegistry, type ReferringRegistry } from '../../../oci/referring-registry.ts';
import { pushTwoPlatformBase } from '../../two-platform-base.ts';

let registry: ReferringRegistry;
let mirror: ReferringRegistry;
let cache: string;

beforeEach(async () => {
  cache = mkdtempSync(join(tmpdir(), 'mldeploy-mirrors-'));
  [registry, mirror] = await Promise.all([startReferringRegistry({ lists: true }), startReferringRegistry({ lists: true })]); // prettier-ignore
});

afterEach(async () => {
  rmSync(cache, { recursive: true, force: true });
  await registry[Symbol.asyncDispose]();
  await mirror[Symbol.asyncDispose]();
});

function open(name: string, mirrors: Readonly<Record<string, string>>): Promise<StoredImage> {
  const places = { buildkit: null, dockerConfig: null, environment: { HOME: cache } };
  const { signal } = new AbortController();
  return openBase(name, 'linux/amd64', { places, insecureHosts: [], mirrors, cache, signal });
}

it('a mirror is asked first, below its path, and the registry is not asked at all', async () => {
  const index = await pushTwoPlatformBase(`${mirror.host}/hub/library/python`);
  const { digest } = await open(`${mirror.host}/hub/library/python:slim`, {});
  for (const name of ['docker.io/library/python:slim', 'python:slim', `python@${index}`]) {
    const base = await open(name, { 'docker.io': `${mirror.host}/hub` });
    expect(base).toMatchObject({ digest });
    const [layer] = base.manifest.layers;
    if (layer === undefined) throw new Error('a base has a layer');
    const pieces: Uint8Array[] = [];
    for await (const piece of base.blob(layer).read(0)) pieces.push(piece);
    expect(Buffer.concat(pieces)).toHaveLength(layer.size);
  }
});

it('what the mirror does not have comes from the registry itself; other registries have no mirror', async () => {
  await pushTwoPlatformBase(`${registry.host}/acme/base`);
  const name = `${registry.host}/acme/base:slim`;
  const { digest } = await open(name, {});
  expect(await open(name, { [registry.host]: mirror.host })).toMatchObject({ digest });
  expect(await open(name, { 'docker.io': '127.0.0.1:1' })).toMatchObject({ digest });
});

it('an image that neither has is missing, and the mirror is named', async () => {
  await expect(open(`${registry.host}/acme/none:slim`, { [registry.host]: mirror.host })).rejects.toMatchObject({
    code: 'build/no-base',
    hint: expect.stringContaining('Its mirror in image.mirrors was asked first') as string,
  });
});
