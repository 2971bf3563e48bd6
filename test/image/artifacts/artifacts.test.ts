import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { publishArtifacts } from '../../../src/image/artifacts/index.ts';
import type { BuiltImage } from '../../../src/image/documents/index.ts';
import { usualSizes, weightLayers } from '../../../src/image/weights.ts';
import { digestOf, type ImageConfigFile, type Manifest } from '../../../src/oci/manifest.ts';
import { platformImages } from '../../../src/oci/pull/platform-images.ts';
import { pullModel, PulledModels } from '../../../src/oci/pull/pull-model.ts';
import { RegistryClient } from '../../../src/oci/registry.ts';
import { parseRepository } from '../../../src/oci/repository.ts';
import type { ArtifactEvidence } from '../../../src/pipeline/evidence.ts';
import { startReferringRegistry, type ReferringRegistry } from '../../oci/referring-registry.ts';
import { imageOf, written, type TestLayer } from '../documents/image.ts';
import { project, validated } from '../project.ts';

let root: string;
let registry: ReferringRegistry;

beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), 'mldeploy-artifacts-'));
  mkdirSync(join(root, 'model'));
  writeFileSync(join(root, 'model/config.json'), '{"model_type": "bert", "architectures": ["BertModel"]}');
  writeFileSync(join(root, 'model/model.safetensors'), 'x'.repeat(5000));
  registry = await startReferringRegistry({ lists: false });
});

afterEach(async () => {
  await registry[Symbol.asyncDispose]();
  rmSync(root, { recursive: true, force: true });
});

function clientOf(): RegistryClient {
  return new RegistryClient({
    repository: parseRepository(`${registry.host}/acme/fraud`),
    insecure: false,
    credentials: () => Promise.resolve(null),
    signal: new AbortController().signal,
  });
}

const shell = { 'bin/sh': '', 'bin/ln': '', 'usr/bin/sleep': '', 'usr/bin/ls': '' };
const base: TestLayer = { compression: 'gzip', files: shell };
const packages: TestLayer = { files: { 'opt/venv/pyvenv.cfg': '' } };

/** Publishes what is asked for, as after a build; what the model layers needed is in the registry already. */
async function publish(artifacts: string, layers = [base, packages]): Promise<ArtifactEvidence[]> {
  const image = await imageOf(layers);
  const evidence = validated(root);
  const files = evidence.model.files.map((file) => {
    const isWeights = file.path.endsWith('.safetensors');
    const format = isWeights ? 'safetensors' : 'json';
    return { ...file, format, facts: isWeights ? { parameters: 6_740_000, dtypes: ['BF16', 'F32'] } : {} };
  });
  const plan: BuiltImage['plan'] = {
    platform: 'linux/amd64',
    recipe: { kind: 'base', base: 'python', packages: { folder: '/opt/venv', requirements: [], precompile: [] } },
    trees: [],
    runtime: null,
    labels: {},
    weights: { path: '/model', files },
  };
  const client = clientOf();
  const modelRoot = join(root, 'model');
  const sizes = { ...usualSizes, ownLayer: 1000, held: 1_000_000 };
  const made = await weightLayers({
    weights: plan.weights,
    modelRoot,
    store: client,
    made: new Map(),
    onRead: () => undefined,
    sizes,
  });
  // After `optimize` it is the digest of other files than those that are served.
  const model = { ...evidence.model, digest: `sha256:${'0'.repeat(64)}`, files };
  const built = {
    plan,
    image,
    written: written(image),
    validated: { ...evidence, model },
    served: { ...evidence, model },
    builder: 'oci',
    startedAt: '',
  };
  const context = project({ root, repository: `${registry.host}/acme/fraud`, image: `artifacts: ${artifacts}` });
  for (const layer of image.manifest.layers) await client.pushBlob(image.blob(layer));
  const sent = client.uploadedBytes;
  const modelLayers = made.map(({ blob: { digest, size }, title }) => ({ digest, size, title }));
  const published = await publishArtifacts(context, [built], modelLayers, client);
  // Nothing of the model is sent again: documents only, and one link.
  expect(client.uploadedBytes - sent).toBeLessThan(6000);
  return published ?? [];
}

function stored(digest: string): Manifest {
  return JSON.parse(registry.manifests.get(digest)?.content.toString() ?? '') as Manifest;
}

describe('a ModelPack artifact', () => {
  it('has the layers of the image and a config that the official schema accepts', async () => {
    const [artifact] = await publish('[modelpack]');
    const manifest = stored(artifact?.digest ?? '');
    expect(manifest).toMatchObject({
      artifactType: 'application/vnd.cncf.model.manifest.v1+json',
      config: { mediaType: 'application/vnd.cncf.model.config.v1+json' },
      layers: [
        {
          mediaType: 'application/vnd.cncf.model.weight.v1.tar',
          annotations: { 'org.cncf.model.filepath': 'model/model.safetensors' },
        },
        { mediaType: 'application/vnd.cncf.model.weight.config.v1.tar' },
      ],
    });
    for (const { digest, size } of manifest.layers) expect(registry.blobs.get(digest)).toHaveLength(size);
    const config = JSON.parse(registry.blobs.get(manifest.config.digest)?.toString() ?? '') as object;
    expect(config).toEqual({
      descriptor: { name: 'iris', family: 'bert' },
      modelfs: { type: 'layers', diffIds: manifest.layers.map(({ digest }) => digest) },
      config: { architecture: 'BertModel', format: 'safetensors', paramSize: '6.7M', precision: 'bfloat16,float32' },
    });
    const schema = readFileSync(new URL('./fixtures/modelpack/config-schema.json', import.meta.url), 'utf8');
    const check = new Ajv2020({ strict: false, validateFormats: false }).compile(JSON.parse(schema) as object);
    expect(check(config), JSON.stringify(check.errors)).toBe(true);
  });

  it('is the same around other code, and is found again under its tag', async () => {
    const [first] = await publish('[modelpack]');
    const [second] = await publish('[modelpack]', [base, { files: { 'opt/venv/other': '1' } }]);
    expect(second).toEqual(first);
    const { digest } = validated(root).model;
    const tag = `modelpack-${digest.slice(7, 19)}`;
    expect(digestOf(registry.manifests.get(tag)?.content ?? '')).toBe(first?.digest);
    expect(stored(first?.digest ?? '').annotations).toEqual({ 'dev.ml-deploy.model.digest': digest });
  });

  it('can be validated where it lies', async () => {
    const [artifact] = await publish('[modelpack]');
    const folder = mkdtempSync(join(tmpdir(), 'mldeploy-pulled-'));
    const client = clientOf();
    const [image] = await platformImages(client, artifact?.digest ?? '');
    if (image === undefined) throw new Error('there is one');
    const top = await pullModel(client, image.manifest, folder, new PulledModels(), () => undefined);
    expect(readFileSync(join(top ?? '', 'model.safetensors'), 'utf8')).toBe('x'.repeat(5000));
    rmSync(folder, { recursive: true });
  });
});

describe('a modelcar', () => {
  it('is the base without packages, and the layers of the model, which /models leads to', async () => {
    const [artifact] = await publish('[modelcar]');
    const manifest = stored(artifact?.digest ?? '');
    const config = JSON.parse(registry.blobs.get(manifest.config.digest)?.toString() ?? '') as ImageConfigFile;
    expect(manifest.layers.map(({ mediaType }) => mediaType.replace(/.*layer\.v1\./, ''))).toEqual([
      'tar+gzip',
      'tar',
      'tar',
      'tar',
    ]);
    expect(config.rootfs.diff_ids).toHaveLength(4);
    expect(config.history).toHaveLength(4);
    expect(config.config).toEqual({ Cmd: ['sh', '-c', 'sleep infinity'] });
    const folder = mkdtempSync(join(tmpdir(), 'mldeploy-car-'));
    for (const [index, { digest }] of manifest.layers.entries()) {
      const file = join(folder, `${index}.tar`);
      writeFileSync(file, registry.blobs.get(digest) ?? '');
      execFileSync('tar', ['-xf', file, '-C', folder, ...(index === 0 ? ['-z'] : [])]);
    }
    // As through /proc/PID/root: from outside, so an absolute link would lead elsewhere.
    expect(execFileSync('ls', ['-A', join(folder, 'models/')]).toString()).toBe('config.json\nmodel.safetensors\n');
    execFileSync('chmod', ['-R', 'u+w', folder]);
    rmSync(folder, { recursive: true });
  });

  it('needs a base with a shell', async () => {
    await expect(publish('[modelcar]', [{ files: { 'bin/python': '' } }, packages])).rejects.toMatchObject({
      code: 'build/no-shell',
      message: expect.stringContaining('it has no ln, ls, sh, sleep') as string,
    });
  });
});

it('nothing is published that was not asked for', async () => {
  expect(await publish('[]')).toEqual([]);
});
