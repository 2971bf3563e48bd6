import { afterAll, beforeAll, expect, it } from 'vitest';
import { digestOf, mediaTypes } from '../../src/oci/manifest.ts';
import { parseManifest } from '../../src/oci/parse.ts';
import { isOtherName } from '../../src/smoke/other-names.ts';
import { client } from '../image/builders/oci/small-base.ts';
import { pushTwoPlatformBase } from '../image/two-platform-base.ts';
import { startReferringRegistry, type ReferringRegistry } from '../oci/referring-registry.ts';
import { project } from './fixture/project.ts';

let registry: ReferringRegistry;
let name: string;
let index: string;
let amd64: string;
let arm64: string;
/** The image for amd64 in another manifest. */
let annotated: string;

beforeAll(async () => {
  registry = await startReferringRegistry({ lists: true });
  name = `${registry.host}/acme/iris`;
  index = await pushTwoPlatformBase(name);
  const target = client(name);
  const document = parseManifest((await target.getManifest(index))?.content ?? Buffer.alloc(0), 'index');
  [amd64 = '', arm64 = ''] = 'manifests' in document ? document.manifests.map(({ digest }) => digest) : [];
  const manifest = JSON.parse((await target.getManifest(amd64))?.content.toString() ?? '') as object;
  const content = Buffer.from(JSON.stringify({ ...manifest, annotations: { note: 'the same image' } }));
  annotated = await target.putManifest(digestOf(content), content, mediaTypes.manifest);
});

afterAll(async () => {
  await registry[Symbol.asyncDispose]();
});

function ask(wanted: string, reported: string, platformDigests: readonly string[] = []): Promise<boolean> {
  return isOtherName({ ...project({}), image: `${name}@${wanted}`, platformDigests }, reported);
}

it('an index that names the image, and an image that the index names', async () => {
  expect(await ask(amd64, index)).toBe(true);
  expect(await ask(index, amd64)).toBe(true);
});

it('a manifest with the same config', async () => {
  expect(await ask(amd64, annotated)).toBe(true);
  expect(await ask(index, annotated, [amd64])).toBe(true);
});

it('no other image, and none that the registry does not know', async () => {
  expect(await ask(amd64, arm64)).toBe(false);
  expect(await ask(annotated, index)).toBe(false);
  expect(await ask(amd64, `sha256:${'0'.repeat(64)}`)).toBe(false);
});

it('a registry that cannot be asked is no fault of the image', async () => {
  const gone = { ...project({}), image: `127.0.0.1:1/acme/iris@${amd64}`, platformDigests: [] };
  await expect(isOtherName({ ...gone, signal: AbortSignal.timeout(60_000) }, index)).rejects.toMatchObject({
    code: 'smoke/image-unproved',
    kind: 'infrastructure',
  });
}, 30_000);
