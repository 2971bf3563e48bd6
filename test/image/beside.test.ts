import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { modelImage } from '../../src/image/beside.ts';
import { compareImages } from '../../src/image/diff/compare.ts';
import { openImage } from '../../src/image/diff/open.ts';
import { checkBuild } from '../../src/image/repeat-build.ts';
import { layersInRepository } from '../../src/image/known-layers.ts';
import { buildStage } from '../../src/image/stage.ts';
import { contentAnnotation } from '../../src/oci/layer-content.ts';
import type { ImageConfigFile, Manifest } from '../../src/oci/manifest.ts';
import { fetchModel } from '../../src/oci/pull/fetch-model.ts';
import type { BuildEvidence } from '../../src/pipeline/evidence.ts';
import { podWeights, refuseUnknownWeights } from '../../src/pipeline/pod-weights.ts';
import type { StageContext } from '../../src/pipeline/stage.ts';
import type { ImagePlan } from '../../src/server/image-plan.ts';
import { startReferringRegistry, type ReferringRegistry } from '../oci/referring-registry.ts';
import { client, pushSmallBase } from './builders/oci/small-base.ts';
import { project } from './project.ts';

const large = Buffer.alloc(200_000, 'weights ');
const engineImage = `r.example/engine@sha256:${'e'.repeat(64)}`;
let root: string;
let registry: ReferringRegistry;

beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), 'mldeploy-beside-'));
  mkdirSync(join(root, 'model'));
  writeFileSync(join(root, 'model/config.json'), '{}');
  writeFileSync(join(root, 'model/model.safetensors'), large);
  registry = await startReferringRegistry({ lists: true });
  await pushSmallBase(`${registry.host}/acme/base`);
});

afterEach(async () => {
  await registry[Symbol.asyncDispose]();
  rmSync(root, { recursive: true, force: true });
});

function contextOf(image: string): StageContext {
  return project({
    root,
    repository: `${registry.host}/acme/iris`,
    server: 'type: vllm',
    image: `builder: oci, base: "${registry.host}/acme/base:slim", ${image}`,
    access: { engineImage },
  });
}

const build = (image: string): Promise<BuildEvidence> => buildStage.run(contextOf(image));

function stored(digest: string): Manifest {
  return JSON.parse(registry.manifests.get(digest)?.content.toString() ?? '') as Manifest;
}

describe('a model beside its image', () => {
  it('is an image of the same layers, which the serving image names and does not have', async () => {
    const inside = await build('weights: image');
    const { image, weights, volatile } = await build('weights: init');
    const own = inside.image.layers.filter(({ kind }) => kind === 'weights');
    expect(image.layers).toEqual(inside.image.layers.filter(({ kind }) => kind !== 'weights'));
    expect(weights).toMatchObject({ path: '/model', layers: own, reference: `${image.repository}@${weights?.digest}` });
    expect(volatile.uploadedBytes).toBeLessThan(20_000);
    const { layers, annotations } = stored(weights?.digest ?? '');
    expect(layers.map(({ digest }) => digest)).toEqual(own.map(({ digest }) => digest));
    expect(annotations).toMatchObject({ 'dev.ml-deploy.model.path': '/model' });
    const bytes = registry.blobs.get(stored(image.digest).config.digest);
    const config = JSON.parse(bytes?.toString() ?? '') as ImageConfigFile;
    expect(config.config?.Labels).toMatchObject({ 'dev.ml-deploy.weights': weights?.digest });
    const provenance = readFileSync(join(root, '.mldeploy/default/provenance.json'), 'utf8');
    const { subject } = JSON.parse(provenance) as { subject: { digest: { sha256: string } }[] };
    expect(subject.map(({ digest }) => `sha256:${digest.sha256}`)).toEqual([image.digest, weights?.digest]);
    // Registries may remove what has no tag.
    const [tag] = [...registry.manifests.keys()].filter((name) => name.startsWith('weights-'));
    expect(tag).toBe(`weights-${inside.modelDigest.slice(7, 19)}-${weights?.digest.slice(7, 19)}`);
  });

  it('is what the init container writes, and the same for an image volume', async () => {
    const { weights, image } = await build('weights: init');
    const folder = join(root, 'fetched');
    const target = client(`${registry.host}/acme/iris`);
    await fetchModel(target, weights?.digest ?? '', folder, { onBytes: () => undefined });
    expect(readdirSync(folder).sort()).toEqual(['config.json', 'model.safetensors']);
    expect(readFileSync(join(folder, 'model.safetensors')).equals(large)).toBe(true);
    const again = await build('weights: volume');
    expect([again.image, again.weights]).toEqual([image, weights]);
  });

  it('gives another image when only the model is another one, and none when nothing is', async () => {
    const first = await build('weights: init');
    writeFileSync(join(root, 'model/config.json'), '{"a": 1}');
    const second = await build('weights: init');
    expect(second.weights?.digest).not.toBe(first.weights?.digest);
    expect(second.image.digest).not.toBe(first.image.digest);
    expect(second.image.layers).toEqual(first.image.layers);
    const third = await build('weights: init');
    expect([third.image, third.weights]).toEqual([second.image, second.weights]);
    // Another machine finds the layers by the tag of the model.
    const tags = { names: [...registry.manifests.keys()], all: true };
    const target = client(`${registry.host}/acme/iris`);
    const asked = { listTags: () => Promise.resolve(tags), getManifest: target.getManifest.bind(target) };
    const key = stored(second.weights?.digest ?? '').layers[0]?.annotations?.[contentAnnotation] ?? '';
    const { digests } = await layersInRepository(asked, second.modelDigest, [key]);
    expect(digests.get(key)).toBe(second.weights?.layers[0]?.digest);
  });

  it('counts for the largest size of an image, and for a check', async () => {
    await expect(build('weights: init, maxSize: 150Ki')).rejects.toMatchObject({
      code: 'build/too-large',
      message: expect.stringContaining('weights, 2 files') as string,
    });
    const before = await build('weights: init');
    const same = contextOf('weights: init');
    expect(await checkBuild({ ...same, evidence: { ...same.evidence, build: before } })).toMatchObject({ same: true });
    writeFileSync(join(root, 'model/config.json'), '{"a": 1}');
    const other = contextOf('weights: init');
    expect(await checkBuild({ ...other, evidence: { ...other.evidence, build: before } })).toMatchObject({
      same: false,
      layers: [{ kind: 'weights', title: '2 files' }],
    });
  });

  it('is compared by itself, and named by what is compared', async () => {
    const before = await build('weights: init');
    writeFileSync(join(root, 'model/config.json'), '{"a": 1}');
    const after = await build('weights: init');
    const { signal } = new AbortController();
    const reach = { environment: {}, dockerConfig: null, root, insecure: true, platform: 'linux/amd64', signal };
    const between = async (one = '', other = ''): ReturnType<typeof compareImages> =>
      compareImages(await openImage(one, reach), await openImage(other, reach), () => undefined);
    const models = await between(before.weights?.reference, after.weights?.reference);
    expect(models.files).toEqual([expect.objectContaining({ change: 'changed', path: '/model/config.json' })]);
    const { settings, files } = await between(before.image.reference, after.image.reference);
    expect(files).toEqual([]);
    expect(settings).toContainEqual(
      expect.objectContaining({ before: before.weights?.digest, after: after.weights?.digest }),
    );
  });

  it('has the files with it that the server puts there', async () => {
    const plan: ImagePlan = {
      platform: 'linux/arm64/v8',
      recipe: { kind: 'base', base: 'x', packages: null },
      trees: [
        { path: '/models/fraud', files: [{ path: 'config.pbtxt', content: 'name: "fraud"' }] },
        { path: '/modelsfraud', files: [{ path: 'code.py', content: '' }] },
      ],
      runtime: null,
      labels: {},
      weights: { path: '/models', files: [] },
    };
    const { layers, written, diskBytes } = await modelImage(
      plan,
      [],
      `sha256:${'d'.repeat(64)}`,
      '1970-01-01T00:00:00.000Z',
    );
    expect(layers.map(({ kind, title }) => `${kind} ${title}`)).toEqual(['code /models/fraud']);
    expect(written.manifest.annotations).toMatchObject({ 'dev.ml-deploy.model.disk': `${diskBytes}` });
    expect(written.config).toMatchObject({ os: 'linux', architecture: 'arm64', variant: 'v8' });
    const target = client(`${registry.host}/acme/iris`);
    for (const { blob } of layers) await target.pushBlob(blob);
    await target.putManifest('weights-x', written.manifestBytes, written.manifest.mediaType ?? '');
    const fetched = join(root, 'fetched');
    await fetchModel(target, written.digest, fetched, { onBytes: () => undefined });
    expect(readFileSync(join(fetched, 'fraud/config.pbtxt'), 'utf8')).toBe('name: "fraud"');
  });
});

describe('pods of a built image', () => {
  it('get the model as the configuration says now', async () => {
    const evidence = await build('weights: init');
    const { digest = '', layers = [] } = evidence.weights ?? {};
    const before = { digest, reference: 'r.example/x', path: '/model', bytes: 7, layers };
    const of = (image: string, access = { engineImage: engineImage as string | null }) =>
      podWeights(contextOf(image).config, access, evidence);
    const { reference, path, diskBytes: bytes } = evidence.weights ?? {};
    expect(bytes).toBeGreaterThan(2 * 4096 + large.length);
    expect(
      podWeights(contextOf('weights: init').config, { engineImage }, { ...evidence, weights: before }),
    ).toMatchObject({ bytes: 7 });
    expect(of('weights: init')).toEqual({ mode: 'init', reference, path, bytes, engineImage });
    expect(of('weights: volume')).toEqual({ mode: 'volume', reference, path, bytes, engineImage: null });
    expect(() => of('weights: image')).toThrow(expect.objectContaining({ code: 'pipeline/mismatch', kind: 'usage' }));
    expect(() => of('weights: init', { engineImage: null })).toThrow(
      expect.objectContaining({ code: 'pipeline/no-engine-image', kind: 'usage' }),
    );
  });

  it('do not get it from an image that was built elsewhere', () => {
    const { config } = contextOf('weights: volume');
    expect(() => refuseUnknownWeights(config, engineImage)).toThrow(
      expect.objectContaining({ code: 'pipeline/unknown-weights' }),
    );
    refuseUnknownWeights(contextOf('weights: image').config, engineImage);
  });
});
