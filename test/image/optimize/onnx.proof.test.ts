import { execFile, execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { checkBuild } from '../../../src/image/repeat-build.ts';
import { buildStage } from '../../../src/image/stage.ts';
import { validateStage } from '../../../src/model/stage.ts';
import type { BuildEvidence } from '../../../src/pipeline/evidence.ts';
import { silentReporter } from '../../../src/pipeline/reporter.ts';
import type { StageContext } from '../../../src/pipeline/stage.ts';
import { goBuild } from '../../cluster/build/go-build.ts';
import { buildx } from '../../cluster/build/recipes/buildx.ts';
import { ensureCluster, type Cluster } from '../../cluster/cluster.ts';
import { keptPython } from '../../server/venv.ts';
import { project } from '../project.ts';
import { predicted, served } from '../served.ts';

const execute = promisify(execFile);
const requirements = new URL('../../../src/image/optimize/tool/requirements.txt', import.meta.url).pathname;
const script = new URL('./make_classifier.py', import.meta.url).pathname;

interface Golden {
  readonly requests: readonly {
    readonly body: { readonly inputs: unknown };
    readonly expect: { readonly outputs: readonly { readonly label: number }[] };
  }[];
}

let cluster: Cluster;
/** A trained network of 2.6 MB, and golden requests. */
let trained: string;
let golden: Golden;
let repository: string;
/** Storage of Buildah, of our own. */
let storage: string;
/** Folder with buildx. */
let buildxBin: string;
const folders: string[] = [];

function folder(prefix: string): string {
  const path = mkdtempSync(join(tmpdir(), prefix));
  folders.push(path);
  return path;
}

beforeAll(async () => {
  cluster = await ensureCluster();
  trained = folder('mldeploy-trained-');
  const python = await keptPython({ name: 'optimize', requirements: [requirements], hashed: true });
  await execute(python, [script, trained]);
  golden = JSON.parse(readFileSync(join(trained, 'golden.json'), 'utf8')) as Golden;
  repository = `${cluster.registry}/build-test/onnx-${Date.now().toString(36)}`;
  storage = folder('mldeploy-buildah-');
  writeFileSync(join(storage, 'registries.conf'), `[[registry]]\nlocation = "${cluster.registry}"\ninsecure = true\n`);
  ({ bin: buildxBin } = await goBuild(buildx, () => undefined));
  const env = { PATH: `${buildxBin}:/usr/bin:/bin`, BUILDX_CONFIG: join(storage, 'buildx') };
  const create = ['create', '--name', 'remote1', '--driver', 'remote', '--use', cluster.buildkitAddress];
  execFileSync('buildx', create, { env });
  const places = `graphroot = "${storage}/root"\nrunroot = "${storage}/run"\n`;
  writeFileSync(join(storage, 'storage.conf'), `[storage]\ndriver = "overlay"\n${places}`);
});

afterAll(() => {
  const env = { ...process.env, CONTAINERS_STORAGE_CONF: join(storage, 'storage.conf') };
  execFileSync('buildah', ['rm', '--all'], { env });
  for (const path of folders) rmSync(path, { recursive: true, force: true });
});

/** A validated project with golden requests. */
async function contextOf(builder: string, optimize: string): Promise<StageContext> {
  const root = folder('mldeploy-onnx-');
  cpSync(trained, root, { recursive: true });
  const context = project({
    root,
    repository,
    server: 'type: onnxruntime',
    image: `insecure: true, builder: ${builder}, base: "${cluster.registry}/library/python:3.12-slim", secrets: {ca: ${cluster.caBundlePath}}`,
    optimize,
    access: {
      buildkit: cluster.buildkitAddress,
      environment: {
        PATH: `${buildxBin}:${dirname(cluster.state.buildctl)}:${process.env['PATH'] ?? ''}`,
        BUILDX_CONFIG: join(storage, 'buildx'),
        BUILDAH_ISOLATION: 'chroot',
        CONTAINERS_REGISTRIES_CONF: join(storage, 'registries.conf'),
        CONTAINERS_STORAGE_CONF: join(storage, 'storage.conf'),
      },
    },
    reporter: silentReporter,
  });
  const whole = {
    ...context,
    config: { ...context.config, smoke: { ...context.config.smoke, golden: 'golden.json' } },
  };
  return { ...whole, evidence: { validate: await validateStage.run(whole) } };
}

async function built(builder: string, optimize: string): Promise<{ context: StageContext; build: BuildEvidence }> {
  const context = await contextOf(builder, optimize);
  await buildStage.preflight(context);
  return { context, build: await buildStage.run(context) };
}

describe('quantize: int8', () => {
  it('gives the same small model with every builder, which answers the golden requests in the cluster', async () => {
    const { context, build } = await built('buildkit', 'quantize: int8');
    const { optimised, volatile } = build;
    expect(optimised?.bytesAfter).toBeLessThan(0.3 * (optimised?.bytesBefore ?? 0));
    expect(optimised).toMatchObject({ steps: [{ step: 'int8', path: 'model.onnx' }], notes: [] });
    expect(volatile.comparison).toMatchObject({ questions: 'golden', calls: 1 });
    expect(volatile.comparison?.outputs).toMatchObject([
      { name: 'label', items: 32, within: true },
      { name: 'probabilities', items: 320, within: true },
    ]);
    expect(build.modelDigest).toBe(context.evidence.validate?.model.digest);
    expect(readdirSync(join(context.access.root, '.mldeploy'))).toEqual(['cache', 'default']);

    await using namespace = await cluster.namespace('optimize');
    const url = await served(cluster, namespace.name, build.image.reference);
    for (const { body, expect: wanted } of golden.requests) {
      const { outputs } = (await predicted(url, body.inputs)) as { outputs: { label: number }[] };
      expect(outputs.map(({ label }) => label)).toEqual(wanted.outputs.map(({ label }) => label));
    }

    // Built anew without any cache, and by the other builders.
    const checked = await checkBuild({ ...context, evidence: { ...context.evidence, build } });
    expect(checked).toMatchObject({ same: true, digest: build.image.digest });
    expect(readdirSync(join(context.access.root, '.mldeploy/cache/optimize'))).toHaveLength(1);
    for (const builder of ['buildx', 'oci', 'buildah']) {
      const other = await built(builder, 'quantize: int8');
      expect(other.build.optimised, builder).toEqual(optimised);
    }
  });

  it('is refused with the comparison when the answers change more than they may', async () => {
    const context = await contextOf('buildkit', 'quantize: int8, tolerance: {relative: 1.0e-6}');
    const error: unknown = await buildStage.run(context).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'build/optimize-changed-answers', kind: 'model' });
    const { message } = error as Error;
    expect(message).toMatch(
      /golden requests \(1 call\): 2\.6.MB and 6\d\d.kB; median of a call [\d.]+ ms and [\d.]+ ms/,
    );
    expect(message).toMatch(/- label: 32 of 32 labels equal; allowed/);
    expect(message).toMatch(/- probabilities: up to [\d.e-]+ .*\(beyond the tolerance\); allowed: up to/);
  });
});
