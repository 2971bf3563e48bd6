import { execFileSync } from 'node:child_process';
import { appendFileSync, cpSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { buildStage } from '../../src/image/stage.ts';
import type { ImageConfigFile, Manifest } from '../../src/oci/manifest.ts';
import { RegistryClient } from '../../src/oci/registry.ts';
import { parseRepository } from '../../src/oci/repository.ts';
import { silentReporter } from '../../src/pipeline/reporter.ts';
import type { StageContext } from '../../src/pipeline/stage.ts';
import { ensureCluster, type Cluster } from '../cluster/cluster.ts';
import { trainIris } from '../server/fastapi/python.ts';
import { project, validated, type ProjectOptions } from './project.ts';
import { predicted, served } from './served.ts';

let cluster: Cluster;
let trained: string;
/** A repository of this run alone, so that nothing is there before. */
let repository: string;

beforeAll(async () => {
  cluster = await ensureCluster();
  trained = await trainIris(mkdtempSync(join(tmpdir(), 'mldeploy-trained-')));
  repository = `${cluster.registry}/build-test/iris-${Date.now().toString(36)}`;
});

const checkouts: string[] = [];

// Each has a copy of the image's blobs.
afterAll(() => {
  for (const root of checkouts) rmSync(root, { recursive: true, force: true });
});

/** A fresh checkout of the same project. */
function checkout(): string {
  const root = mkdtempSync(join(tmpdir(), 'mldeploy-build-'));
  checkouts.push(root);
  cpSync(trained, join(root, 'model'), { recursive: true });
  return root;
}

function contextOf(options: Partial<ProjectOptions> & { root: string }): StageContext {
  const { access, ...others } = options;
  return project({
    repository,
    image: `insecure: true, builder: buildkit, secrets: {ca: ${cluster.caBundlePath}}`,
    ...others,
    access: {
      buildkit: cluster.buildkitAddress,
      environment: { PATH: `${dirname(cluster.state.buildctl)}:${process.env['PATH'] ?? ''}` },
      ...access,
    },
  });
}

function registry(): RegistryClient {
  return new RegistryClient({
    repository: parseRepository(repository),
    insecure: true,
    credentials: () => Promise.resolve(null),
    signal: new AbortController().signal,
  });
}

describe('a real build', () => {
  it('gives an image that serves the model in the cluster, without root and on a read-only root', async () => {
    const context = contextOf({ root: checkout() });
    await buildStage.preflight(context);
    const evidence = await buildStage.run(context);
    expect(evidence).toMatchObject({
      outcome: 'passed',
      modelDigest: context.evidence.validate?.model.digest,
      server: 'fastapi',
      image: { repository, reference: `${repository}@${evidence.image.digest}`, user: '10001:10001' },
    });
    expect(evidence.image.layers.map(({ kind }) => kind)).toEqual(['base', 'dependencies', 'weights', 'code']);

    const stored = await registry().getManifest(evidence.image.digest);
    const manifest = JSON.parse(stored?.content.toString() ?? '') as Manifest;
    expect(manifest.layers.map(({ digest }) => digest)).toEqual(evidence.image.layers.map(({ digest }) => digest));
    const config = JSON.parse((await registry().getBlob(manifest.config.digest)).toString()) as ImageConfigFile;
    expect(config).toMatchObject({
      created: '1970-01-01T00:00:00.000Z',
      config: {
        User: '10001:10001',
        Entrypoint: ['python', '-m', 'mldeploy_server'],
        ExposedPorts: { '8000/tcp': {} },
        Healthcheck: { Test: expect.arrayContaining(['CMD', 'python']) as string[] },
        Labels: { 'dev.ml-deploy.model.digest': evidence.modelDigest },
      },
    });
    expect(config.rootfs.diff_ids).toHaveLength(manifest.layers.length);
    const weights = join(mkdtempSync(join(tmpdir(), 'mldeploy-layer-')), 'layer.tar');
    writeFileSync(weights, await registry().getBlob(manifest.layers.at(-2)?.digest ?? ''));
    expect(execFileSync('tar', ['-tf', weights]).toString()).toBe('model/\nmodel/model.joblib\n');

    await using namespace = await cluster.namespace('build');
    const url = await served(cluster, namespace.name, evidence.image.reference);
    expect(
      await predicted(url, [
        [5.1, 3.5, 1.4, 0.2],
        [6.7, 3, 5.2, 2.3],
      ]),
    ).toEqual({ outputs: [0, 2], revision: 'r1' });
    const metrics = await (await fetch(`${url}/metrics`)).text();
    expect(metrics).toContain(`digest="${evidence.modelDigest}"`);
  });

  it('gives the same digest from another checkout, with other times and another umask, and sends nothing', async () => {
    const first = await buildStage.run(contextOf({ root: checkout() }));
    const root = checkout();
    utimesSync(join(root, 'model/model.joblib'), 1, 1);
    const umask = process.umask(0o077);
    try {
      const second = await buildStage.run(contextOf({ root }));
      expect(second.image).toEqual(first.image);
      // The manifest alone.
      expect(second.volatile.uploadedBytes).toBeLessThan(5_000);
    } finally {
      process.umask(umask);
    }
    expect(readdirSync(join(root, '.mldeploy'))).toEqual(['cache', 'default']);
  });

  it('sends only what changed: the code, or one of the weight files', async () => {
    const root = checkout();
    const large = join(root, 'model', 'large.bin');
    writeFileSync(large, Buffer.alloc(65 * 1024 * 1024, 'weights'));
    const first = await buildStage.run(contextOf({ root }));
    expect(first.image.layers.filter(({ kind }) => kind === 'weights').map(({ title }) => title)).toEqual([
      'large.bin',
      'model.joblib',
    ]);

    writeFileSync(join(root, 'inference.py'), 'def load(d): return None\ndef predict(m, inputs): return inputs\n');
    const code = await buildStage.run(contextOf({ root, server: 'entry: inference.py' }));
    expect(code.image.digest).not.toBe(first.image.digest);
    expect(changes(first.image.layers, code.image.layers)).toEqual(['/app']);
    expect(code.volatile.uploadedBytes).toBeLessThan(100_000);

    appendFileSync(join(root, 'model/model.joblib'), '\n');
    const small = await buildStage.run(contextOf({ root, server: 'entry: inference.py' }));
    expect(changes(code.image.layers, small.image.layers)).toEqual(['model.joblib']);
    expect(small.volatile.uploadedBytes).toBeLessThan(100_000);
  });
});

describe('refusals', () => {
  it('wants evidence, a clean one, of these very files', async () => {
    const root = checkout();
    const context = contextOf({ root });
    const { validate } = context.evidence;
    await expect(buildStage.run({ ...context, evidence: {} })).rejects.toMatchObject({ code: 'build/not-validated' });
    const unsafe = { ...validated(root), outcome: 'failed', summary: 'it calls os.system' } as const;
    await expect(buildStage.run({ ...context, evidence: { validate: unsafe } })).rejects.toMatchObject({
      code: 'build/not-clean',
      kind: 'model',
    });
    expect(validate?.outcome).toBe('passed');
    appendFileSync(join(root, 'model/model.joblib'), 'more');
    await expect(buildStage.run(context)).rejects.toMatchObject({
      code: 'build/model-changed',
      message: expect.stringContaining('model.joblib') as string,
    });
  });

  it('finds out before anything is built what is missing', async () => {
    const root = checkout();
    const missing = contextOf({ root, server: 'requirements: requirements.txt' });
    await expect(buildStage.preflight(missing)).rejects.toMatchObject({
      code: 'build/file-missing',
      message: expect.stringContaining('server.requirements names requirements.txt') as string,
    });
    const image = 'insecure: true, builder: buildkit';
    const nobody = contextOf({ root, image, access: { buildkit: 'unix:///nowhere/buildkitd.sock' } });
    await expect(buildStage.preflight(nobody)).rejects.toMatchObject({
      code: 'build/no-builder',
      message: expect.stringContaining('/nowhere/buildkitd.sock') as string,
    });
    const tool = contextOf({ root, image, access: { environment: { PATH: '/nowhere' } } });
    await expect(buildStage.preflight(tool)).rejects.toMatchObject({
      code: 'build/no-builder',
      message: expect.stringContaining('no program buildctl') as string,
    });
    const secure = contextOf({ root, image: 'insecure: false' });
    await expect(buildStage.preflight(secure)).rejects.toMatchObject({
      code: 'registry/unreachable',
      hint: expect.stringContaining('image.insecure: true') as string,
    });
  });

  it('warns about dependencies without exact versions', async () => {
    const root = checkout();
    writeFileSync(join(root, 'requirements.txt'), 'scikit-learn==1.9.1\nnumpy>=2 # any\n');
    const notes: string[] = [];
    const note = (level: string, message: string): void => {
      if (level === 'warning') notes.push(message);
    };
    const reporter = { ...silentReporter, note };
    await buildStage.preflight(contextOf({ root, server: 'requirements: requirements.txt', reporter }));
    expect(notes).toContainEqual(expect.stringMatching(/^requirements.txt:2: numpy>=2 has no exact version/));
    expect(notes.join('\n')).not.toContain('scikit-learn');
  });

  it('says in the words of pip why dependencies cannot be installed', async () => {
    const root = checkout();
    writeFileSync(join(root, 'requirements.txt'), 'numpy==0.0.0\n');
    await expect(buildStage.run(contextOf({ root, server: 'requirements: requirements.txt' }))).rejects.toMatchObject({
      code: 'build/failed',
      message: expect.stringContaining('numpy==0.0.0') as string,
    });
    expect(readdirSync(join(root, '.mldeploy')).filter((name) => name.startsWith('build-'))).toEqual([]);
  });

  it('ends soon and cleans up when it is interrupted', async () => {
    const root = checkout();
    // Never built before, so that there is something to interrupt.
    writeFileSync(join(root, 'requirements.txt'), `numpy==2.4.6\n# ${Math.random()}\n`);
    const abort = new AbortController();
    const reporter = {
      ...silentReporter,
      task: () => ({
        update: (detail: string) => {
          if (detail.includes('pip')) abort.abort();
        },
        done: () => undefined,
        fail: () => undefined,
      }),
    };
    const context = contextOf({ root, server: 'requirements: requirements.txt', reporter, signal: abort.signal });
    let aborted = 0;
    abort.signal.addEventListener('abort', () => (aborted = performance.now()));
    await expect(buildStage.run(context)).rejects.toMatchObject({ kind: 'interrupted' });
    expect(performance.now() - aborted).toBeLessThan(10_000);
    expect(readdirSync(join(root, '.mldeploy')).filter((name) => name.startsWith('build-'))).toEqual([]);
  });
});

type Layers = readonly { readonly title: string; readonly digest: string }[];

/** Titles of the layers that the second image has and the first one lacks. */
function changes(before: Layers, after: Layers): string[] {
  const known = new Set(before.map(({ digest }) => digest));
  return after.filter(({ digest }) => !known.has(digest)).map(({ title }) => title);
}
