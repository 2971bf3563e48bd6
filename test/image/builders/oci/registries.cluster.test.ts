import { execFileSync } from 'node:child_process';
import { appendFileSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { checkBuild } from '../../../../src/image/repeat-build.ts';
import { writeLock } from '../../../../src/image/lock/write.ts';
import { buildStage } from '../../../../src/image/stage.ts';
import { digestOf, mediaTypes, type Manifest } from '../../../../src/oci/manifest.ts';
import type { StageContext } from '../../../../src/pipeline/stage.ts';
import { installPackages } from '../../../cluster/requirements.ts';
import { startRegistry, type RealRegistry } from '../../../oci/real-registry.ts';
import { project, type ProjectOptions } from '../../project.ts';
import { pipPath, uvPath } from './installers.ts';
import { client, pullLayout, pushSmallBase } from './small-base.ts';

/** Has the base; the other one has nothing. */
let registry: RealRegistry;
let other: RealRegistry;
let uv: string;
let base: string;
const folders: string[] = [];

beforeAll(async () => {
  [registry, other, uv] = await Promise.all([startRegistry(), startRegistry(), uvPath()]);
  base = await pushSmallBase(`${registry.host}/library/python`);
}, 120_000);

afterAll(async () => {
  for (const path of folders) rmSync(path, { recursive: true, force: true });
  await registry[Symbol.asyncDispose]();
  await other[Symbol.asyncDispose]();
});

/** A fresh checkout with code of its own and few packages. */
function checkout(requirements = 'joblib==1.6.0\n'): string {
  const root = mkdtempSync(join(tmpdir(), 'mldeploy-oci-'));
  folders.push(root);
  mkdirSync(join(root, 'model'));
  writeFileSync(join(root, 'model/model.joblib'), '3');
  writeFileSync(join(root, 'requirements.txt'), requirements);
  writeFileSync(join(root, 'inference.py'), 'def load(d): return 1\ndef predict(m, i): return i\n');
  return root;
}

interface Options extends Partial<ProjectOptions> {
  readonly base?: string;
  readonly path?: string;
}

function contextOf(
  root: string,
  { base: name = 'library/python:slim', path = uv, image, ...others }: Options = {},
): StageContext {
  const reference = `${registry.host}/${name}`;
  return project({
    root,
    repository: `${registry.host}/acme/small`,
    server: 'entry: inference.py, requirements: requirements.txt',
    image: `builder: oci, base: "${reference}"${image === undefined ? '' : `, ${image}`}`,
    access: { environment: { ...(process.env as Record<string, string>), PATH: path } },
    ...others,
  });
}

/** Paths in a layer of packages. */
async function namesIn(layer: string): Promise<string> {
  const archive = join(checkout(), 'layer.tar.zst');
  const pieces: Uint8Array[] = [];
  for await (const piece of await client(`${registry.host}/acme/small`).openBlob(layer)) pieces.push(piece);
  writeFileSync(archive, Buffer.concat(pieces));
  const unpacked = `require('fs').createReadStream(process.argv[1]).pipe(require('zlib').createZstdDecompress()).pipe(process.stdout)`;
  return execFileSync('sh', ['-c', `node -e "$1" "$2" | tar -t`, 'sh', unpacked, archive]).toString();
}

async function manifestOf(repository: string, digest: string): Promise<Manifest> {
  const stored = await client(repository).getManifest(digest);
  return JSON.parse(stored?.content.toString() ?? '{}') as Manifest;
}

describe('the layers of the base', () => {
  it('are mounted within a registry, and handed on to another one, under OCI names and the same digest', async () => {
    const here = await buildStage.run(contextOf(checkout()));
    const there = await buildStage.run(contextOf(checkout(), { repository: `${other.host}/acme/small` }));
    expect(there.image.digest).toBe(here.image.digest);
    for (const repository of [`${registry.host}/acme/small`, `${other.host}/acme/small`]) {
      const { layers, config } = await manifestOf(repository, here.image.digest);
      expect(layers[0]).toMatchObject({ digest: base, mediaType: `${mediaTypes.layer}+gzip` });
      expect(config.mediaType).toBe(mediaTypes.config);
      for (const { digest } of layers) {
        const pieces: Uint8Array[] = [];
        for await (const piece of await client(repository).openBlob(digest)) pieces.push(piece);
        expect(digestOf(Buffer.concat(pieces))).toBe(digest);
      }
    }
    const [first] = here.image.layers;
    expect(there.volatile.uploadedBytes - here.volatile.uploadedBytes).toBe(first?.bytes);
  });
});

describe('a base in a folder', () => {
  it('gives the same image as one in a registry, locked or not', async () => {
    const root = checkout();
    await pullLayout(`${registry.host}/library/python`, join(root, 'base'));
    const image = `builder: oci, base: "oci-layout:base:slim"`;
    const repository = `${registry.host}/acme/small`;
    const context = project({
      root,
      repository,
      image,
      server: 'entry: inference.py, requirements: requirements.txt',
      access: { environment: { ...(process.env as Record<string, string>), PATH: uv } },
    });
    await buildStage.preflight(context);
    const built = await buildStage.run(context);
    const other = await buildStage.run(contextOf(checkout()));
    expect(built.image.layers.map(({ digest }) => digest)).toEqual(other.image.layers.map(({ digest }) => digest));

    const { config, access, reporter, signal, evidence } = context;
    if (evidence.validate === undefined) throw new Error('the project of a test has evidence');
    await writeLock({ targets: [{ config, model: evidence.validate }], access, reporter, signal, update: false });
    await buildStage.preflight(context);
    expect((await buildStage.run(context)).image).toMatchObject({ locked: true });
    rmSync(join(root, 'base/index.json'));
    rmSync(join(root, 'base/blobs'), { recursive: true });
    await expect(buildStage.preflight(context)).rejects.toMatchObject({ code: 'build/no-base' });
  });
});

describe('packages', () => {
  it('are the same bytes from pip as from uv', async () => {
    const first = await buildStage.run(contextOf(checkout()));
    const second = await buildStage.run(contextOf(checkout(), { path: pipPath() }));
    expect(second.image.digest).toBe(first.image.digest);
  });

  it('are installed anew only when something of them changed', async () => {
    const root = checkout();
    const first = await buildStage.run(contextOf(root));
    const lines: string[] = [];
    const reporter = { ...contextOf(root).reporter, output: (_: string, line: string) => lines.push(line) };
    writeFileSync(join(root, 'inference.py'), 'def load(d): return 2\ndef predict(m, i): return i\n');
    const code = await buildStage.run(contextOf(root, { reporter }));
    expect(lines.join('\n')).toMatch(/^packages: as before/);
    expect(code.image.layers[1]).toEqual(first.image.layers[1]);
    expect(code.image.layers[2]).toEqual(first.image.layers[2]);
    expect(code.image.layers.at(-1)).not.toEqual(first.image.layers.at(-1));

    // Built anew from nothing, it is the same; the code of before is another one.
    const context = contextOf(root);
    expect(await checkBuild(context)).toMatchObject({ same: true, digest: code.image.digest, layers: [] });
    const earlier = await checkBuild({ ...context, evidence: { ...context.evidence, build: first } });
    expect(earlier).toMatchObject({ same: false, against: first.image.reference, settings: false });
    expect(earlier.layers).toEqual([
      {
        title: '/app',
        kind: 'code',
        before: first.image.layers.at(-1)?.digest,
        now: code.image.layers.at(-1)?.digest,
        platform: null,
      },
    ]);
  });

  it('come for each platform of the image, whatever this machine is, in the versions of one lock', async () => {
    const root = checkout('markupsafe\n');
    const context = contextOf(root, { image: 'platform: [linux/amd64, linux/arm64]' });
    const { config, access, reporter, signal, evidence } = context;
    if (evidence.validate === undefined) throw new Error('the project of a test has evidence');
    await writeLock({ targets: [{ config, model: evidence.validate }], access, reporter, signal, update: false });
    const pins = readFileSync(join(root, 'mldeploy.lock'), 'utf8').match(/markupsafe==[\d.]+/g);
    expect(pins).toHaveLength(2);
    expect(new Set(pins).size).toBe(1);
    await buildStage.preflight(context);
    const { image } = await buildStage.run(context);
    const [amd, arm] = await Promise.all((image.platforms ?? []).map(({ layers }) => namesIn(layers[1]?.digest ?? '')));
    expect(amd).toMatch(/markupsafe\/.*x86_64-linux-gnu\.so/);
    expect(arm).toMatch(/markupsafe\/.*aarch64-linux-gnu\.so/);
    expect(arm).not.toMatch(/x86_64-linux-gnu\.so/);
    const elsewhere = contextOf(checkout('markupsafe\n'), { image: 'platform: [linux/amd64, linux/arm64]' });
    cpSync(join(root, 'mldeploy.lock'), join(elsewhere.access.root, 'mldeploy.lock'));
    expect((await buildStage.run(elsewhere)).image).toEqual(image);
    // Others read the index, and all that it names.
    await installPackages((line) => console.log(line), { skopeo: 'skopeo' });
    const copy = join(root, 'copy');
    execFileSync('skopeo', [
      'copy',
      '--all',
      '--preserve-digests',
      '--src-tls-verify=false',
      `docker://${image.reference}`,
      `oci:${copy}:all`,
    ]);
    expect(readFileSync(join(copy, 'index.json'), 'utf8')).toContain(image.digest);
  });
});

describe('a lock', () => {
  it('is written, taken by the build, and refused when it is out of date', async () => {
    const root = checkout();
    const context = contextOf(root);
    const { config, access, reporter, signal, evidence } = context;
    if (evidence.validate === undefined) throw new Error('the project of a test has evidence');
    const request = { targets: [{ config, model: evidence.validate }], access, reporter, signal };
    const report = await writeLock({ ...request, update: false });
    expect(report.images[0]?.changes).toContain('joblib: 1.6.0');
    expect(await writeLock({ ...request, update: true })).toMatchObject({ changed: false, images: [{ changes: [] }] });

    await buildStage.preflight(context);
    const built = await buildStage.run(context);
    expect(built.image.locked).toBe(true);
    const unlocked = await buildStage.run(contextOf(checkout()));
    expect(built.image.layers.map(({ digest }) => digest)).toEqual(unlocked.image.layers.map(({ digest }) => digest));

    appendFileSync(join(root, 'requirements.txt'), 'narwhals\n');
    await expect(buildStage.preflight(context)).rejects.toMatchObject({
      code: 'build/lock-outdated',
      message: expect.stringContaining('the requirements model.txt have changed') as string,
    });
    // pip resolves as uv does, and keeps what was locked.
    const added = await writeLock({ ...request, access: contextOf(root, { path: pipPath() }).access, update: false });
    expect(added.images[0]?.changes.filter((change) => !change.includes('other files'))).toEqual([
      expect.stringMatching(/^narwhals: \d/),
    ]);
    await buildStage.preflight(context);
    expect((await buildStage.run(context)).image.locked).toBe(true);
    expect(readFileSync(join(root, 'mldeploy.lock'), 'utf8')).toMatch(/narwhals==\d/);
  });
});

describe('refusals', () => {
  it.each<[Options, string, string]>([
    [{ base: 'library/python:none' }, 'build/no-base', 'library/python:none'],
    [{ image: 'platform: linux/s390x' }, 'build/no-platform', 'linux/amd64, linux/arm64'],
    [{ path: '/nowhere' }, 'build/no-builder', 'neither uv nor pip'],
  ])('%j ends with %s', async (options, code, message) => {
    const context = contextOf(checkout(), options);
    const refusal = { code, message: expect.stringContaining(message) as string };
    await expect(buildStage.preflight(context)).rejects.toMatchObject(refusal);
    await expect(buildStage.run(context)).rejects.toMatchObject(refusal);
  });

  it('names the package that has no wheel for the image, and leaves nothing behind', async () => {
    const root = checkout('numpy==1.8.0\n');
    await expect(buildStage.run(contextOf(root))).rejects.toMatchObject({
      code: 'build/no-wheel',
      kind: 'usage',
      message: expect.stringContaining('numpy==1.8.0') as string,
    });
    expect(execFileSync('find', [join(root, '.mldeploy'), '-name', 'build-*']).toString()).toBe('');
  });
});
