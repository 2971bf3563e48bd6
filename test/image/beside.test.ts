import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { beforeEach, describe, expect, it } from 'vitest';

import { modelImage } from '../../src/image/beside.ts';
import { compareImages } from '../../src/image/diff/compare.ts';
import { openImage } from '../../src/image/diff/open.ts';
import { checkBuild } from '../../src/image/repeat-build.ts';
import { layersInRepository } from '../../src/image/known-layers.ts';
import { buildStage } from '../../src/image/stage.ts';
import { contentAnnotation } from '../../src/oci/layer-content.ts';
import { digestOf, mediaTypes, type Descriptor, type ImageConfigFile, type Manifest } from '../../src/oci/manifest.ts';
import { fetchModel } from '../../src/oci/pull/fetch-model.ts';
import type { BuildEvidence } from '../../src/pipeline/evidence.ts';
import { checkNamedWeights, namedWeights, podWeights } from '../../src/pipeline/pod-weights.ts';
import type { StageContext } from '../../src/pipeline/stage.ts';
import { releaseOf } from '../../src/rollout/plan.ts';
import type { ImagePlan } from '../../src/server/image-plan.ts';
import type { ReferringRegistry } from '../oci/referring-registry.ts';
import { client, pushSmallBase } from './builders/oci/small-base.ts';
import { project } from './project.ts';
import { registryProject } from './registry-project.ts';

const large = Buffer.alloc(200_000, 'weights ');
const engineImage = `r.example/engine@sha256:${'e'.repeat(64)}`;
const place = registryProject(large, pushSmallBase);
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
    const { layers, images, index, diskBytes } = await modelImage(
      plan,
      [],
      `sha256:${'d'.repeat(64)}`,
      '1970-01-01T00:00:00.000Z',
    );
    expect(layers.map(({ kind, title }) => `${kind} ${title}`)).toEqual(['code /models/fraud']);
    const [written, ...others] = images;
    if (written === undefined) throw new Error('there is one');
    expect([index, others]).toEqual([null, []]);
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
});

function descriptorOf(content: Buffer): Descriptor {
  return { mediaType: mediaTypes.manifest, digest: digestOf(content), size: content.length };
}

describe('pods of an image that was built elsewhere', () => {
  const notes: string[] = [];
  const asking = (image: string): StageContext => {
    const context = contextOf(image);
    const note = (_: string, text: string): void => void notes.push(text);
    return { ...context, reporter: { ...context.reporter, note }, evidence: {} };
  };
  beforeEach(() => {
    notes.length = 0;
  });

  it('get the very model that they get with the evidence of its build', async () => {
    const built = await build('weights: init');
    const image = built.image.reference;
    for (const mode of ['init', 'volume']) {
      const context = asking(`weights: ${mode}`);
      await checkNamedWeights(context, image);
      const { contract, ...release } = await releaseOf({ ...context, evidence: { build: built } });
      expect(contract).toBeDefined();
      expect(await releaseOf({ ...context, image })).toEqual(release);
      expect(release.weights).toMatchObject({ mode, reference: built.weights?.reference });
    }
    await expect(
      namedWeights({ ...asking('weights: init'), access: { ...asking('').access, engineImage: null } }, image),
    ).rejects.toMatchObject({ code: 'pipeline/no-engine-image' });
  });

  it('are refused when the image was built for something else than image.weights says', async () => {
    const beside = (await build('weights: init')).image.reference;
    const inside = (await build('weights: image')).image.reference;
    const refused = { code: 'pipeline/mismatch', kind: 'usage' };
    await expect(checkNamedWeights(asking('weights: image'), beside)).rejects.toMatchObject(refused);
    await expect(checkNamedWeights(asking('weights: init'), inside)).rejects.toMatchObject(refused);
    await expect(releaseOf({ ...asking('weights: volume'), image: inside })).rejects.toMatchObject(refused);
    await checkNamedWeights(asking('weights: image'), inside);
    expect(notes).toEqual([]);
  });

  it('are refused when the model is not there, or the registry does not say where it is', async () => {
    const { image, weights } = await build('weights: init');
    registry.manifests.delete(weights?.digest ?? '');
    const refused = { code: 'pipeline/unknown-weights', kind: 'usage' };
    await expect(namedWeights(asking('weights: init'), image.reference)).rejects.toMatchObject({
      ...refused,
      message: expect.stringContaining(weights?.reference ?? '?') as string,
      hint: expect.stringContaining('crane copy') as string,
    });
    const unknown = `${image.repository}@sha256:${'0'.repeat(64)}`;
    await expect(namedWeights(asking('weights: init'), unknown)).rejects.toMatchObject({
      ...refused,
      message: expect.stringContaining('there is no image') as string,
    });
  });

  it('are not refused for a registry that only the nodes reach, when the model is in the image', async () => {
    const unreachable = `127.0.0.1:1/acme/iris@sha256:${'0'.repeat(64)}`;
    await checkNamedWeights(asking('weights: image'), unreachable);
    expect(notes.at(-1)).toContain('It is not known whether 127.0.0.1:1/acme/iris');
    const stopped = { ...asking('weights: image'), signal: AbortSignal.abort() };
    await expect(checkNamedWeights(stopped, unreachable)).rejects.toMatchObject({ kind: 'interrupted' });
  });

  it('are refused when labels are damaged, or differ from platform to platform', async () => {
    const { image } = await build('weights: init');
    const withLabel = (label: unknown): Descriptor => {
      const config = Buffer.from(
        JSON.stringify({
          os: 'linux',
          architecture: 'amd64',
          config: { Labels: { 'dev.ml-deploy.weights': label } },
          rootfs: { type: 'layers', diff_ids: [] },
        }),
      );
      registry.blobs.set(digestOf(config), config);
      return publish({ ...stored(image.digest), config: descriptorOf(config) });
    };
    const publish = (document: object): Descriptor => {
      const content = Buffer.from(JSON.stringify(document));
      const { mediaType = '' } = document as { mediaType?: string };
      registry.manifests.set(digestOf(content), { content, type: mediaType });
      return descriptorOf(content);
    };
    const index = publish({
      schemaVersion: 2,
      mediaType: mediaTypes.index,
      manifests: ['a', 'b'].map((letter) => withLabel(`sha256:${letter.repeat(64)}`)),
    });
    // Labels are texts: a config with something else is no config at all.
    const damaged = [
      [index, 'dev.ml-deploy.weights'],
      [withLabel('latest'), 'dev.ml-deploy.weights'],
      [withLabel(7), 'is not an image config'],
    ] as const;
    for (const [{ digest }, words] of damaged) {
      await expect(namedWeights(asking('weights: init'), `${image.repository}@${digest}`)).rejects.toMatchObject({
        code: 'pipeline/unknown-weights',
        message: expect.stringContaining(words) as string,
      });
    }
  });
});
