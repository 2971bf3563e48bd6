import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { runCommandLine } from '../../../src/cli/main.ts';
import type { ImageDiff } from '../../../src/image/diff/compare.ts';
import { listLayer } from '../../../src/image/diff/listing.ts';
import { memoryBlob } from '../../../src/oci/blob.ts';
import { contentAnnotation } from '../../../src/oci/layer-content.ts';
import type { Descriptor } from '../../../src/oci/manifest.ts';
import { padding, tarEnd, tarHeader } from '../../../src/oci/tar.ts';
import { captureHost } from '../../cli/host.ts';
import { startGivingRegistry, type GivingRegistry } from '../../oci/pull/registry.ts';

const layerType = 'application/vnd.oci.image.layer.v1.tar';
let folder: string;
let registry: GivingRegistry;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'diff-'));
  registry = await startGivingRegistry();
});
afterEach(async () => {
  await registry[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
});

function tar(files: Readonly<Record<string, string | Buffer>>): Buffer {
  const parts = Object.entries(files).flatMap(([path, text]) => {
    const content = Buffer.from(text);
    return [tarHeader({ path, kind: 'file', mode: 0o644, size: content.length }), content, padding(content.length)];
  });
  return Buffer.concat([...parts, tarEnd]);
}

interface Made {
  readonly layers: readonly object[];
  readonly config?: object;
  readonly history?: readonly string[];
  readonly architecture?: string;
}

/** Publishes an image under a tag; returns its descriptor. */
function image(tag: string, { layers, config = {}, history = [], architecture = 'amd64' }: Made): object {
  const file = {
    os: 'linux',
    architecture,
    config,
    rootfs: { type: 'layers', diff_ids: [] },
    history: history.map((step) => ({ created_by: step })),
  };
  const descriptor = registry.add(Buffer.from(JSON.stringify(file)), 'application/vnd.oci.image.config.v1+json');
  const manifest = Buffer.from(JSON.stringify({ schemaVersion: 2, config: descriptor, layers }));
  const stored = registry.add(manifest, 'application/vnd.oci.image.manifest.v1+json') as { digest: string };
  registry.manifests.set(tag, manifest);
  registry.manifests.set(stored.digest, manifest);
  return stored;
}

async function run(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  const host = captureHost(folder, { PATH: '/nowhere', HOME: folder });
  const code = await runCommandLine(['diff', ...args, '-q'], host);
  return { code, out: host.stdout.text, err: host.stderr.text };
}

const named = (tag: string): string => `${registry.host}/acme/fraud:${tag}`;

async function diff(a = 'a', b = 'b'): Promise<ImageDiff> {
  const { code, out, err } = await run(named(a), named(b), '--format', 'json');
  if (code !== 0) throw new Error(err);
  return JSON.parse(out) as ImageDiff;
}

const metadata = (name: string, version: string): string =>
  `Metadata-Version: 2.1\nName: ${name}\nVersion: ${version}\n\ntext\n`;
const status = (...packages: [string, string][]): string =>
  packages.map(([name, version]) => `Package: ${name}\nStatus: install ok installed\nVersion: ${version}\n`).join('\n');

describe('diff', () => {
  it('tells what a release changes: model, layers, packages, settings, files, sizes', async () => {
    const base = registry.add(gzipSync(tar({ 'bin/sh': 'shell' })), `${layerType}+gzip`);
    const site = (numpy: string, more = {}): Buffer =>
      tar({
        [`opt/venv/lib/site-packages/numpy-${numpy}.dist-info/METADATA`]: metadata('numpy', numpy),
        'opt/venv/lib/site-packages/numpy/__init__.py': 'same',
        ...more,
      });
    const old = site('1.26.4', { 'opt/venv/lib/site-packages/six-1.0.dist-info/METADATA': metadata('Six', '1.0') });
    const dependencies = [
      registry.add(zstdCompressSync(old), `${layerType}+zstd`),
      registry.add(zstdCompressSync(site('2.0.1')), `${layerType}+zstd`),
    ];
    const code = [
      registry.add(tar({ 'app/main.py': 'one', 'app/old.py': 'x' }), layerType, {
        'org.opencontainers.image.title': '/app',
      }),
      registry.add(tar({ 'app/main.py': 'two!', 'app/new.py': 'yy' }), layerType, {
        'org.opencontainers.image.title': '/app',
      }),
    ];
    const weights = ['aaa', 'bbbb'].map((content, index) =>
      registry.add(tar({ 'model/model.bin': content }), layerType, {
        'org.opencontainers.image.title': 'model.bin',
        [contentAnnotation]: String(index),
      }),
    );
    const history = [
      'base',
      'COPY --from=packages /opt/venv /opt/venv # ml-deploy',
      'ml-deploy: code (/app)',
      'ml-deploy: model files (model.bin)',
    ];
    const label = 'dev.ml-deploy.model.digest';
    const digests = ['a', 'b'].map((letter) => `sha256:${letter.repeat(64)}`);
    for (const [index, tag] of ['a', 'b'].entries()) {
      image(tag, {
        history,
        layers: [base, dependencies[index] ?? {}, code[index] ?? {}, weights[index] ?? {}],
        config: {
          User: '10001',
          Env: ['PATH=/bin', ...(index === 0 ? ['OLD=1'] : ['THREADS=4'])],
          Entrypoint: ['python', '-m', index === 0 ? 'old' : 'new'],
          Labels: { [label]: digests[index] },
        },
      });
    }
    const result = await diff();
    expect(result).toMatchObject({
      same: false,
      before: { platform: 'linux/amd64', modelDigest: digests[0] },
      after: { modelDigest: digests[1] },
      packages: [
        { kind: 'pypi', name: 'numpy', before: '1.26.4', after: '2.0.1' },
        { kind: 'pypi', name: 'Six', before: '1.0', after: null },
      ],
      settings: [
        { setting: 'Entrypoint', before: '["python","-m","old"]', after: '["python","-m","new"]' },
        { setting: 'Env OLD', before: '1', after: null },
        { setting: 'Env THREADS', before: null, after: '4' },
        { setting: `Label ${label}`, before: digests[0], after: digests[1] },
      ],
    });
    expect(result.files.filter(({ path }) => !path.includes('dist-info'))).toEqual([
      { change: 'changed', path: '/app/main.py', before: 3, after: 4 },
      { change: 'added', path: '/app/new.py', before: null, after: 2 },
      { change: 'removed', path: '/app/old.py', before: 1, after: null },
      { change: 'changed', path: '/model/model.bin', before: 3, after: 4 },
    ]);
    expect(result.layers.map(({ change, kind, title }) => `${change} ${kind} ${title}`)).toEqual([
      'removed dependencies COPY --from=packages /opt/venv /opt/venv # ml-deploy',
      'removed code /app',
      'removed weights model.bin',
      'same other base',
      'added dependencies COPY --from=packages /opt/venv /opt/venv # ml-deploy',
      'added code /app',
      'added weights model.bin',
    ]);
    const pulled = result.layers
      .filter(({ change }) => change === 'added')
      .reduce((sum, layer) => sum + layer.bytes, 0);
    expect(result.pullBytes).toBeGreaterThan(pulled);
    expect(result.pullBytes).toBeLessThan(pulled + 2000);

    const text = (await run(named('a'), named('b'), '--no-color')).out;
    expect(text).toContain('~ numpy 1.26.4 → 2.0.1');
    expect(text).toContain('- Six 1.0');
    expect(text).toContain('Env THREADS: (not set) → 4');
    expect(text).toMatch(/Model {3}aaaaaaaaaaaa|Model {3}sha256:aaaaaaaaaaaa/);
    expect(text).toContain('+ /app/new.py  2\u00a0B');
    expect(text).toContain('1 the same');
  });

  it('reads system packages, removals and links, and no layer that both have', async () => {
    const shared = registry.add(tar({ 'never/read': 'x' }), layerType) as { digest: string };
    const gone = registry.add(
      tar({ 'etc/.wh.motd': '', 'var/lib/dpkg/status': status(['libc6', '2.36'], ['curl', '8']) }),
      layerType,
    );
    const other = registry.add(
      tar({ 'var/lib/dpkg/status': status(['libc6', '2.41']), 'lib/apk/db/installed': 'P:musl\nV:1.2\n\n' }),
      layerType,
    );
    image('a', { layers: [shared, other] });
    image('b', { layers: [shared, gone] });
    registry.blobs.delete(shared.digest);
    const result = await diff();
    expect(result.packages).toEqual([
      { kind: 'apk', name: 'musl', before: '1.2', after: null },
      { kind: 'deb', name: 'curl', before: null, after: '8' },
      { kind: 'deb', name: 'libc6', before: '2.41', after: '2.36' },
    ]);
    expect(result.files).toContainEqual({ change: 'removed', path: '/etc/motd', before: null, after: null });
  });

  it('lets a mark remove nothing of its own layer, wherever it stands', async () => {
    const shared = registry.add(tar({ 'never/read': 'x' }), layerType);
    const marked = tar({ 'app/new.py': '1', 'app/.wh..wh..opq': '', 'app/other.py': '2' });
    image('a', { layers: [shared] });
    image('b', { layers: [shared, registry.add(marked, layerType)] });
    const { files } = await diff();
    expect(files.map(({ change, path }) => `${change} ${path}`)).toEqual([
      'removed /app/',
      'added /app/new.py',
      'added /app/other.py',
    ]);
  });

  it('takes a config without a history, as Go writes it', async () => {
    const layer = registry.add(tar({ 'app/main.py': 'one' }), layerType);
    const rootfs = { type: 'layers', diff_ids: [] };
    const config = registry.add(
      Buffer.from(JSON.stringify({ os: 'linux', architecture: 'amd64', rootfs, history: null, config: null })),
      'application/vnd.oci.image.config.v1+json',
    );
    image('a', { layers: [] });
    registry.manifests.set('b', Buffer.from(JSON.stringify({ schemaVersion: 2, config, layers: [layer] })));
    expect((await diff()).layers).toMatchObject([{ change: 'added', title: 'layer 1' }]);
  });

  it('compares 20000 files with as many marks without delay', { timeout: 20_000 }, async () => {
    const names = (before: string): Record<string, string> =>
      Object.fromEntries(Array.from({ length: 20_000 }, (_, index) => [`opt/${before}file${index}`, '']));
    const lower = registry.add(gzipSync(tar(names('')), { level: 1 }), `${layerType}+gzip`);
    const upper = registry.add(gzipSync(tar(names('.wh.other-')), { level: 1 }), `${layerType}+gzip`);
    const base = registry.add(tar({}), layerType);
    image('a', { layers: [base] });
    image('b', { layers: [base, lower, upper] });
    const { files } = await diff();
    expect(files.filter(({ change }) => change === 'added')).toHaveLength(20_000);
    expect(files.filter(({ change }) => change === 'removed')).toHaveLength(20_000);
  });

  it('of a large model file reads the header alone', async () => {
    const size = 20 * 1024 * 1024;
    const large = (fill: string): object =>
      registry.add(tar({ 'model/big.bin': Buffer.alloc(size, fill) }), layerType, {
        'org.opencontainers.image.title': 'big.bin',
        [contentAnnotation]: fill,
      });
    image('a', { layers: [large('a')] });
    image('b', { layers: [large('b')] });
    expect((await diff()).files).toEqual([{ change: 'changed', path: '/model/big.bin', before: size, after: size }]);
  });

  it.each([
    ['the file alone', {}, false],
    ['a file besides', { 'usr/bin/python3': 'evil' }, true],
  ])('takes the word of annotations only for what fills the layer: %s', async (_, more, all) => {
    const content = Buffer.concat([
      tarHeader({ path: 'model/', kind: 'folder', mode: 0o555, size: 0 }),
      tar({ [`model/${'long/'.repeat(60)}big.bin`]: Buffer.alloc(20 * 1024 * 1024), ...more }),
    ]);
    const layer = registry.add(content, layerType, {
      'org.opencontainers.image.title': 'big.bin',
      [contentAnnotation]: 'x',
    }) as Descriptor;
    const { files } = await listLayer(layer, memoryBlob(content, layer.digest), () => undefined);
    expect([...files.keys()]).toEqual([`model/${'long/'.repeat(60)}big.bin`, ...Object.keys(more)]);
    // What was read is known by its own digest.
    expect([...files.values()][0]?.content === layer.digest).toBe(!all);
  });

  it('says that images are the same, and ends with 1 for others when asked to', async () => {
    const layer = registry.add(tar({ a: 'a' }), layerType);
    image('a', { layers: [layer] });
    image('same', { layers: [layer] });
    image('b', { layers: [layer], config: { User: '1' } });
    expect(await run(named('a'), named('same'), '--exit-code')).toMatchObject({ code: 0 });
    expect((await run(named('a'), named('same'))).out).toContain('The same image.');
    expect(await run(named('a'), named('b'), '--exit-code')).toMatchObject({ code: 1 });
    expect(await run(named('a'), named('b'))).toMatchObject({ code: 0 });
  });

  it('takes indexes, digests, oci:// names and evidence of builds', async () => {
    const layer = registry.add(tar({ a: 'a' }), layerType);
    const amd = image('amd', { layers: [layer] }) as { digest: string };
    const arm = image('arm', { layers: [layer], architecture: 'arm64', config: { User: '1' } });
    const platform = (architecture: string): object => ({ platform: { os: 'linux', architecture } });
    const manifests = [
      { ...amd, ...platform('amd64') },
      { ...arm, ...platform('arm64') },
      { ...arm, platform: { os: 'unknown', architecture: 'unknown' } },
    ];
    registry.manifests.set('index', Buffer.from(JSON.stringify({ schemaVersion: 2, manifests })));
    expect((await diff('index', 'amd')).same).toBe(true);
    const digest = `oci://${registry.host}/acme/fraud@${amd.digest}`;
    const one = await run(named('index'), digest, '--platform', 'linux/arm64');
    expect(one.code).toBe(2);
    expect(one.err).toContain('is not there for linux/arm64');
    expect((await run(named('index'), named('arm'), '--platform', 'linux/arm64')).out).toContain('The same image.');

    const evidence = {
      schema: 'https://ml-deploy.dev/schema/build-evidence-v1.json',
      stage: 'build',
      project: 'x',
      environment: null,
      outcome: 'passed',
      summary: '',
      modelDigest: digest.slice(-71),
      server: 'fastapi',
      image: {
        repository: `${registry.host}/acme/fraud`,
        digest: amd.digest,
        reference: `${registry.host}/acme/fraud@${amd.digest}`,
        platform: 'linux/amd64',
        bytes: 1,
        layers: [],
        user: '1',
      },
      volatile: {
        startedAt: '',
        endedAt: '',
        engine: '',
        host: '',
        builder: '',
        uploadedBytes: 0,
        buildMs: 0,
        pushMs: 0,
      },
    };
    mkdirSync(join(folder, 'last'));
    writeFileSync(join(folder, 'last/build.json'), JSON.stringify(evidence));
    for (const name of ['last', 'last/build.json']) {
      expect(await run(name, named('amd'))).toMatchObject({
        err: '',
        out: expect.stringContaining('The same image.') as string,
      });
    }
    writeFileSync(join(folder, 'last/build.json'), '{}');
    expect((await run('last', named('amd'))).err).toContain('is not evidence of build');
  });

  it('says what is wrong', async () => {
    const layer = registry.add(tar({ a: 'a' }), layerType) as { digest: string };
    image('a', { layers: [layer] });
    image('b', { layers: [registry.add(tar({ b: 'b' }), layerType)] });
    expect((await run(named('a'), named('none'))).err).toContain('there is no image');
    expect((await run(named('a'), 'Not A Name')).err).toContain('does not name an image');
    expect(await run(named('a'))).toMatchObject({ code: 2 });
    registry.blobs.set(layer.digest, tar({ a: 'other' }));
    const altered = await run(named('a'), named('b'));
    expect(altered.code).toBe(4);
    expect(altered.err).toContain('cannot be read: its bytes have the digest');
    registry.blobs.set(layer.digest, Buffer.alloc(5000, 7));
    expect((await run(named('a'), named('b'))).err).toMatch(/it has more than \d+ bytes/);
    registry.blobs.set(layer.digest, Buffer.alloc(1024, 7));
    expect((await run(named('a'), named('b'))).err).toContain('the checksum of a header is wrong');
  });
});
