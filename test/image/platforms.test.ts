import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { beforeEach, describe, expect, it } from 'vitest';

import { checkBuild } from '../../src/image/repeat-build.ts';
import { compareImages } from '../../src/image/diff/compare.ts';
import { openImage } from '../../src/image/diff/open.ts';
import { entryOf } from '../../src/image/lock/inputs.ts';
import { readLock } from '../../src/image/lock/document.ts';
import { writeLock } from '../../src/image/lock/write.ts';
import { buildStage } from '../../src/image/stage.ts';
import {
  digestOf,
  mediaTypes,
  type Descriptor,
  type ImageConfigFile,
  type ImageIndex,
  type Manifest,
} from '../../src/oci/manifest.ts';
import { fetchModel } from '../../src/oci/pull/fetch-model.ts';
import type { BuildEvidence } from '../../src/pipeline/evidence.ts';
import type { StageContext } from '../../src/pipeline/stage.ts';
import type { ReferringRegistry } from '../oci/referring-registry.ts';
import { client } from './builders/oci/small-base.ts';
import { project } from './project.ts';
import { registryProject } from './registry-project.ts';
import { pushTwoPlatformBase } from './two-platform-base.ts';

const both = 'platform: [linux/amd64, linux/arm64]';
const place = registryProject('weights', pushTwoPlatformBase);
let root: string;
let registry: ReferringRegistry;
beforeEach(() => {
  ({ root, registry } = place());
});

function contextOf(image: string): StageContext {
  return project({
    root,
    repository: `${registry.host}/acme/iris`,
    server: 'type: vllm',
    image: `builder: oci, base: "${registry.host}/acme/base:slim", ${image}`,
  });
}

async function build(image: string): Promise<BuildEvidence> {
  const context = contextOf(image);
  await buildStage.preflight(context);
  return buildStage.run(context);
}

function stored(digest: string): Manifest {
  return JSON.parse(registry.manifests.get(digest)?.content.toString() ?? '') as Manifest;
}

/** What an index names. */
function imagesOf(digest: string): readonly Descriptor[] {
  return (stored(digest) as unknown as ImageIndex).manifests;
}

/** Documents that are attached to a manifest. */
function attachedTo(digest: string): string[] {
  const all = [...registry.manifests.keys()].filter((name) => name.startsWith('sha256:'));
  return all
    .map((name) => stored(name))
    .filter(({ subject }) => subject?.digest === digest)
    .map(({ layers: [layer] }) => layer?.annotations?.['org.opencontainers.image.title'] ?? '')
    .sort();
}

describe('an image for several platforms', () => {
  it('is an index of one image per platform, around the same model', async () => {
    const { image, summary } = await build(both);
    const named = imagesOf(image.digest);
    expect(stored(image.digest).mediaType).toBe(mediaTypes.index);
    expect(summary).toContain(image.reference);
    expect(named.map(({ platform }) => platform)).toEqual([
      { os: 'linux', architecture: 'amd64' },
      { os: 'linux', architecture: 'arm64', variant: 'v8' },
    ]);
    expect(image.platforms?.map(({ platform, digest }) => [platform, digest])).toEqual([
      ['linux/amd64', named[0]?.digest],
      ['linux/arm64', named[1]?.digest],
    ]);
    const [amd, arm] = (image.platforms ?? []).map(({ layers }) => layers.map(({ digest }) => digest));
    expect(amd?.[0]).not.toBe(arm?.[0]);
    expect(amd?.slice(1)).toEqual(arm?.slice(1));
    expect(image.platform).toBe('linux/amd64');
    expect(image.layers.map(({ digest }) => digest)).toEqual(amd);
    // The tag of a build names the index, by which a registry keeps the images.
    const tags = [...registry.manifests].filter(([name]) => name.startsWith('model-'));
    expect(tags.map(([, { content }]) => digestOf(content))).toEqual([image.digest]);
  });

  it('has documents of its own for each platform, and those about all at the index', async () => {
    const { image, volatile } = await build(both);
    expect(attachedTo(image.digest)).toEqual(['provenance.json', 'validation.json']);
    for (const { digest } of imagesOf(image.digest))
      expect(attachedTo(digest)).toEqual(['provenance.json', 'sbom.cdx.json']);
    expect(volatile.documents?.map(({ title, platform = null }) => [title, platform])).toEqual([
      ['provenance.json', null],
      ['validation.json', null],
      ['sbom.cdx.json', 'linux/amd64'],
      ['provenance.json', 'linux/amd64'],
      ['sbom.cdx.json', 'linux/arm64'],
      ['provenance.json', 'linux/arm64'],
    ]);
    const written = ['provenance.json', 'linux-amd64/sbom.cdx.json', 'linux-arm64/sbom.cdx.json'];
    for (const path of written) expect(existsSync(join(root, '.mldeploy/default', path)), path).toBe(true);
  });

  it('has a modelcar for each platform, and one ModelPack', async () => {
    const { image, artifacts } = await build(`${both}, artifacts: [modelcar, modelpack]`);
    const [amd, arm] = (image.platforms ?? []).map(({ layers }) => layers.map(({ digest }) => digest));
    const [car, pack] = artifacts ?? [];
    const cars = imagesOf(car?.digest ?? '').map(({ digest }) => stored(digest).layers);
    expect(cars.map((layers) => layers[0]?.digest)).toEqual([amd?.[0], arm?.[0]]);
    expect(cars[0]?.at(-1)?.digest).toBe(amd?.at(-1));
    const platforms = (digest: string) => imagesOf(digest).map(({ platform }) => platform);
    expect(platforms(car?.digest ?? '')).toEqual(platforms(image.digest));
    expect(stored(pack?.digest ?? '').artifactType).toContain('cncf.model');
  });

  it('is the same when it is built again, sends nothing then, and is found equal by a check', async () => {
    const first = await build(both);
    rmSync(join(root, '.mldeploy'), { recursive: true });
    const again = await build(both);
    expect(again.image).toEqual(first.image);
    expect(first.volatile.uploadedBytes).toBeGreaterThan(0);
    expect(again.volatile.uploadedBytes).toBe(0);
    const context = contextOf(both);
    expect(await checkBuild(context)).toMatchObject({ same: true, digest: first.image.digest });
    const { evidence } = context;
    expect(await checkBuild({ ...context, evidence: { ...evidence, build: first } })).toMatchObject({ same: true });
    const labelled = { ...context.config, name: 'other' };
    const other = { ...context, config: labelled, evidence: { ...evidence, build: first } };
    expect(await checkBuild(other)).toMatchObject({ same: false, layers: [], settings: true });
  });

  it('has, in a list of one, the very image that the platform alone has', async () => {
    const alone = await build('platform: linux/arm64');
    const listed = await build('platform: [linux/arm64]');
    expect(listed.image).toEqual(alone.image);
    expect(stored(alone.image.digest).mediaType).toBe(mediaTypes.manifest);
    expect(alone.image.platforms).toBeUndefined();
    const several = await build(both);
    expect(several.image.platforms?.[1]?.digest).toBe(alone.image.digest);
    expect(several.volatile.uploadedBytes).toBeLessThan(4000);
  });

  it('shares a model that is beside it', async () => {
    const { image, weights } = await build(`${both}, weights: volume`);
    const [amd, arm] = (image.platforms ?? []).map(({ layers }) => layers.map(({ kind }) => kind));
    expect([amd, arm]).toEqual([['base'], ['base']]);
    const labels = (image.platforms ?? []).map(({ digest }) => {
      const config = registry.blobs.get(stored(digest).config.digest)?.toString() ?? '{}';
      return (JSON.parse(config) as ImageConfigFile).config?.Labels?.['dev.ml-deploy.weights'];
    });
    expect(labels).toEqual([weights?.digest, weights?.digest]);
    // The model has an image for each platform, of the same layers: a node mounts the one that says its own.
    const models = imagesOf(weights?.digest ?? '');
    expect(models.map(({ platform }) => platform)).toEqual([
      { os: 'linux', architecture: 'amd64' },
      { os: 'linux', architecture: 'arm64' },
    ]);
    const architectures = models.map(({ digest }) => {
      const { config, layers } = stored(digest);
      expect(layers.map((layer) => layer.digest)).toEqual(weights?.layers.map((layer) => layer.digest));
      return (JSON.parse(registry.blobs.get(config.digest)?.toString() ?? '') as ImageConfigFile).architecture;
    });
    expect(architectures).toEqual(['amd64', 'arm64']);
    const target = client(`${registry.host}/acme/iris`);
    const fetched = await fetchModel(target, weights?.digest ?? '', join(root, 'fetched'), {
      onBytes: () => undefined,
    });
    expect(fetched.files).toBe(2);
    expect(await checkBuild(contextOf(`${both}, weights: volume`))).toMatchObject({ same: true });
  });

  it('is compared with another one platform by platform', async () => {
    const before = await build(both);
    writeFileSync(join(root, 'model/model.safetensors'), 'other weights');
    const after = await build(both);
    const { signal } = new AbortController();
    const reach = { environment: {}, dockerConfig: null, root, insecure: true, platform: 'linux/arm64', signal };
    const images = await Promise.all([before, after].map(({ image }) => openImage(image.reference, reach)));
    const [old, young] = images;
    if (old === undefined || young === undefined) throw new Error('there are two');
    expect(old.digest).toBe(before.image.platforms?.[1]?.digest);
    const { layers } = await compareImages(old, young, () => undefined);
    expect(layers.map(({ change, kind }) => `${change} ${kind}`)).toEqual([
      'removed weights',
      'same other',
      'added weights',
    ]);
  });

  it('is locked platform by platform', async () => {
    const context = contextOf(both);
    const { config, access, reporter, signal, evidence } = context;
    if (evidence.validate === undefined) throw new Error('the project of a test has evidence');
    const report = await writeLock({
      targets: [{ config, model: evidence.validate }],
      ...{ access, reporter, signal, update: false },
    });
    expect(report.images.map(({ platform }) => platform)).toEqual(['linux/amd64', 'linux/arm64']);
    const lock = await readLock(root);
    if (lock === null) throw new Error('it was written');
    const bases = ['linux/amd64', 'linux/arm64'].map((platform) => {
      return entryOf(lock, { environment: null, image: { platform } }).base;
    });
    expect(bases).toEqual(imagesOf('slim').map(({ digest }) => digest));
    expect((await build(both)).image.locked).toBe(true);
    await expect(buildStage.preflight(contextOf('platform: [linux/amd64, linux/s390x]'))).rejects.toMatchObject({
      code: 'build/lock-outdated',
      message: expect.stringContaining('image.platform was linux/amd64 and is linux/s390x') as string,
    });
  });

  it('is not published at all when one of them cannot be had, or is too large', async () => {
    await expect(buildStage.preflight(contextOf('platform: [linux/amd64, linux/s390x]'))).rejects.toMatchObject({
      code: 'build/no-platform',
    });
    const before = registry.manifests.size;
    await expect(buildStage.run(contextOf(`${both}, maxSize: 1k`))).rejects.toMatchObject({
      code: 'build/too-large',
      message: expect.stringContaining('the image for linux/amd64 has') as string,
    });
    expect(registry.manifests.size).toBe(before);
  });
});
