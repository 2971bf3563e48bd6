import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runCommandLine } from '../../../src/cli/main.ts';
import { validatePath } from '../../../src/model/validate.ts';
import { silentReporter } from '../../../src/pipeline/reporter.ts';
import { tarEnd, tarHeader, padding } from '../../../src/oci/tar.ts';
import { captureHost } from '../../cli/host.ts';
import * as p from '../../model/pickle/assembler.ts';
import { startGivingRegistry, type GivingRegistry } from './registry.ts';

const good = p.bytes(p.proto(4), 'N.');
const evil = p.bytes(p.proto(4), p.payload, p.stop);
const layerType = 'application/vnd.oci.image.layer.v1.tar';
const title = (name: string): Record<string, string> => ({ 'org.opencontainers.image.title': name });

let folder: string;
let registry: GivingRegistry;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'pull-'));
  registry = await startGivingRegistry();
});
afterEach(async () => {
  await registry[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
});

/** A tar of files by path. */
function tar(files: Readonly<Record<string, Buffer>>): Buffer {
  const parts = Object.entries(files).flatMap(([path, content]) => [
    tarHeader({ path, kind: 'file', mode: 0o444, size: content.length }),
    content,
    padding(content.length),
  ]);
  return Buffer.concat([...parts, tarEnd]);
}

interface Result {
  readonly code: number;
  readonly stderr: string;
  readonly document: {
    verdict?: string;
    models?: { digest: string }[];
    files?: { path: string; verdict: string }[];
    error?: { code: string };
  };
}

async function validate(reference: string): Promise<Result> {
  const host = captureHost(folder, { PATH: '/nowhere', HOME: folder });
  const before = readdirSync(tmpdir()).filter((name) => name.startsWith('ml-deploy-image-'));
  const code = await runCommandLine(
    ['validate', `oci://${registry.host}/acme/fraud${reference}`, '--format', 'json', '-q'],
    host,
  );
  const after = readdirSync(tmpdir()).filter((name) => name.startsWith('ml-deploy-image-'));
  expect(after.filter((name) => !before.includes(name))).toEqual([]);
  return { code, stderr: host.stderr.text, document: JSON.parse(host.stdout.text) as Result['document'] };
}

describe('validating an image', () => {
  it('finds what validating the folder finds: same files, same digest', async () => {
    const model = join(folder, 'model');
    mkdirSync(join(model, 'sub'), { recursive: true });
    writeFileSync(join(model, 'model.pkl'), good);
    writeFileSync(join(model, 'sub/config.json'), '{}');
    const direct = await validatePath(model, {}, silentReporter, new AbortController().signal);
    const weights = registry.add(tar({ 'opt/m/model.pkl': good }), layerType, title('model.pkl'));
    const rest = registry.add(tar({ 'opt/m/sub/config.json': Buffer.from('{}') }), layerType, title('1 files'));
    registry.tag('v1', [registry.add(gzipSync(tar({ 'usr/bin/x': evil })), `${layerType}+gzip`), weights, rest]);
    const { code, document } = await validate(':v1');
    expect(code).toBe(0);
    expect(document).toMatchObject({ verdict: 'clean', models: [{ digest: direct.model.digest }] });
    expect(document.files?.map(({ path }) => path)).toEqual([
      `oci://${registry.host}/acme/fraud:v1/model.pkl`,
      `oci://${registry.host}/acme/fraud:v1/sub/config.json`,
    ]);
  });

  it.each([
    ['an artifact of files', 'application/octet-stream', evil, title('weights/evil.pkl')],
    ['one with a slash before its name', 'application/octet-stream', evil, title('/evil.pkl')],
    ['a ModelPack', 'application/vnd.cncf.model.weight.v1.raw', evil, { 'org.cncf.model.filepath': 'evil.pkl' }],
    [
      'a packed ModelPack',
      'application/vnd.cncf.model.weight.v1.tar+gzip',
      gzipSync(tar({ 'evil.pkl': evil })),
      { 'org.cncf.model.filepath': 'evil.pkl' },
    ],
    ['a modelcar', `${layerType}+gzip`, gzipSync(tar({ 'usr/bin/x': good, 'models/evil.pkl': evil })), undefined],
    ['zstd', `${layerType}+zstd`, zstdCompressSync(tar({ './models/evil.pkl': evil })), undefined],
  ])('understands %s', async (_, mediaType, content, annotations) => {
    registry.tag('v1', [registry.add(content, mediaType, annotations)]);
    const { code, document } = await validate(':v1');
    expect(code).toBe(1);
    expect(document.files).toHaveLength(1);
  });

  it('follows an index, and a digest', async () => {
    const layer = registry.add(tar({ 'models/evil.pkl': evil }), layerType);
    registry.tag('image', [layer]);
    const image = registry.manifests.get('image') ?? Buffer.alloc(0);
    const descriptor = registry.add(image, '') as { digest: string };
    registry.manifests.set(descriptor.digest, image);
    const index = {
      schemaVersion: 2,
      manifests: [
        { ...descriptor, platform: { os: 'unknown', architecture: 'unknown' } },
        { ...descriptor, platform: { os: 'linux', architecture: 'arm64' } },
      ],
    };
    registry.manifests.set('v1', Buffer.from(JSON.stringify(index)));
    expect((await validate(':v1')).code).toBe(1);
    expect((await validate(`@${descriptor.digest}`)).code).toBe(1);
  });

  /** An index of images, each of these layers. */
  const index = (images: Readonly<Record<string, readonly object[]>>): void => {
    const manifests = Object.entries(images).map(([architecture, layers]) => {
      registry.tag(architecture, layers);
      const image = registry.manifests.get(architecture) ?? Buffer.alloc(0);
      const descriptor = registry.add(image, '') as { digest: string };
      registry.manifests.set(descriptor.digest, image);
      return { ...descriptor, platform: { os: 'linux', architecture } };
    });
    registry.manifests.set('v1', Buffer.from(JSON.stringify({ schemaVersion: 2, manifests })));
  };

  it.each([
    ['models that name themselves', 'model.pkl', (content: Buffer) => registry.add(content, 'x', title('model.pkl'))],
    ['models of their folders', 'models/model.pkl', (content: Buffer) => registry.add(content, layerType)],
  ])('judges what other platforms have: %s', async (_, path, add) => {
    const base = (name: string): object => registry.add(tar({ [`usr/bin/${name}`]: good }), layerType);
    const model = (content: Buffer): object => add(path.includes('/') ? tar({ [path]: content }) : content);
    index({ arm64: [base('a'), model(evil)], amd64: [base('b'), model(good)] });
    const { code, document } = await validate(':v1');
    expect(code).toBe(1);
    expect(document.files?.map((file) => [file.path.replace(/.*fraud/, '').slice(0, 3), file.verdict])).toEqual([
      [':v1', 'clean'],
      ['@sh', 'unsafe'],
    ]);
    index({ arm64: [base('a'), model(good)], amd64: [base('b'), model(good)] });
    expect(await validate(':v1')).toMatchObject({ code: 0, document: { files: [{ verdict: 'clean' }] } });
    index({ arm64: [model(good), base('a')], amd64: [base('b')] });
    expect((await validate(':v1')).document.files).toHaveLength(1);
  });

  it.each<[string, string, Record<string, Buffer>]>([
    ['puts another file in the place of one', 'opt/m/', { 'opt/m/model.pkl': evil }],
    ['adds one beside it', 'opt/m/', { 'opt/m/other.pkl': evil }],
    ['adds one in a new folder beside it', 'opt/m/', { 'opt/m/a/b/other.pkl': evil }],
    ['adds one in a usual folder', 'opt/m/', { 'models/other.pkl': evil }],
    ['below adds one in the usual folder', 'model/', { 'model/other.pkl': evil }],
  ])('a layer without a name that %s is judged', async (what, at, files) => {
    const weights = registry.add(tar({ [`${at}model.pkl`]: good }), layerType, title('model.pkl'));
    const other = registry.add(gzipSync(tar(files)), `${layerType}+gzip`);
    registry.tag('v1', what.startsWith('below') ? [other, weights] : [weights, other]);
    expect((await validate(':v1')).code).toBe(1);
  });

  it('a layer without a name that takes a file away is heard', async () => {
    const weights = registry.add(tar({ 'opt/m/a.pkl': good, 'opt/m/b.pkl': evil }), layerType, title('2 files'));
    const other = registry.add(tar({ 'opt/m/.wh.b.pkl': Buffer.alloc(0), 'etc/x': evil }), layerType);
    registry.tag('v1', [weights, other]);
    expect(await validate(':v1')).toMatchObject({ code: 0, document: { files: [{ verdict: 'clean' }] } });
  });

  it('takes the later of two layers, and what one removes is gone', async () => {
    const first = registry.add(tar({ 'models/evil.pkl': evil, 'models/model.pkl': evil }), layerType);
    const second = registry.add(tar({ 'models/.wh.evil.pkl': Buffer.alloc(0), 'models/model.pkl': good }), layerType);
    registry.tag('v1', [first, second]);
    expect(await validate(':v1')).toMatchObject({ code: 0, document: { files: [{ verdict: 'clean' }] } });
  });

  it('an opaque folder hides what lower layers have in it, and nothing of its own layer', async () => {
    const first = registry.add(tar({ 'models/a/evil.pkl': evil, 'models/a/b/evil.pkl': evil }), layerType);
    const second = registry.add(
      tar({
        'models/a/model.pkl': good,
        'models/a/.wh..wh..opq': Buffer.alloc(0),
        'models/a/b.json': Buffer.from('{}'),
      }),
      layerType,
    );
    registry.tag('v1', [first, second]);
    const { code, document } = await validate(':v1');
    expect(document.files?.map(({ path }) => path.replace(/.*:v1/, ''))).toEqual(['/b.json', '/model.pkl']);
    expect(code).toBe(0);
  });

  it('a folder takes the place of a file, and a file that of a folder', async () => {
    const first = registry.add(tar({ 'models/a': evil, 'models/b/evil.pkl': evil }), layerType);
    const second = registry.add(tar({ 'models/a/model.pkl': good, 'models/b': Buffer.from('{}') }), layerType);
    registry.tag('v1', [first, second]);
    const { document } = await validate(':v1');
    expect(document.files?.map(({ path }) => path.replace(/.*:v1/, ''))).toEqual(['/a/model.pkl', '/b']);
  });

  it('refuses names that are not UTF-8: two of them would be read as one', async () => {
    const named = tar({ 'models/?.pkl': evil });
    const at = named.indexOf('?');
    named.writeUInt8(0xff, at);
    const sum = Number.parseInt(named.toString('latin1', 148, 154), 8) + 0xff - 0x3f;
    named.write(sum.toString(8).padStart(6, '0'), 148, 'latin1');
    registry.tag('v1', [registry.add(named, layerType), registry.add(tar({ 'models/\uFFFD.pkl': good }), layerType)]);
    const { code, stderr } = await validate(':v1');
    expect(code).toBe(3);
    expect(stderr).toContain('is not UTF-8');
  });

  it('says what is wrong when there is nothing to judge', async () => {
    registry.tag('empty', [registry.add(tar({ 'usr/bin/x': good }), layerType)]);
    expect(await validate(':empty')).toMatchObject({
      code: 2,
      document: { errors: [{ code: 'model/no-model-in-image' }] },
    });
    expect(await validate(':none')).toMatchObject({ code: 2, document: { errors: [{ code: 'model/no-image' }] } });
    expect(await validate('')).toMatchObject({ code: 2, document: { errors: [{ code: 'registry/bad-name' }] } });
  });

  it('refuses paths that come to the models by a detour', async () => {
    for (const path of ['app/../models/evil.pkl', 'models/../models/evil.pkl']) {
      registry.tag('v1', [registry.add(tar({ 'models/a.pkl': good, [path]: evil }), layerType)]);
      expect(await validate(':v1')).toMatchObject({ code: 3, document: { errors: [{ code: 'model/bad-image' }] } });
    }
    registry.tag('v2', [registry.add(tar({ 'models/a.pkl': good, './/models/.//evil.pkl': evil }), layerType)]);
    expect((await validate(':v2')).code).not.toBe(0);
  });

  it('refuses a link in the place of a folder where models stand: what it leads to is what is served', async () => {
    const source = join(folder, 'source');
    mkdirSync(join(source, 'data'), { recursive: true });
    mkdirSync(join(source, 'opt/ml/model'), { recursive: true });
    writeFileSync(join(source, 'data/evil.pkl'), evil);
    writeFileSync(join(source, 'opt/ml/model/model.pkl'), good);
    symlinkSync('data', join(source, 'models'));
    const layer = execFileSync('tar', ['-cf', '-', '-C', source, 'data', 'opt', 'models']);
    registry.tag('v1', [registry.add(layer, layerType)]);
    expect(await validate(':v1')).toMatchObject({ code: 3, document: { errors: [{ code: 'model/bad-image' }] } });
  });

  /** A header in front of an entry, of another type. */
  const before = (type: string, content: string): Buffer => {
    const header = tarHeader({ path: 'x', kind: 'file', mode: 0o444, size: content.length });
    const sum = Number.parseInt(header.toString('latin1', 148, 154), 8) - (header[156] ?? 0) + type.charCodeAt(0);
    header.write(type, 156, 'latin1');
    header.write(sum.toString(8).padStart(6, '0'), 148, 'latin1');
    return Buffer.concat([header, Buffer.from(content), padding(content.length)]);
  };
  const record = (text: string): string => `${text.length + 4} ${text}\n`;

  it.each([
    ['has two names for a file', [before('L', 'models/evil.pkl\0'), before('x', record('path=tmp/notes.txt'))]],
    ['has a sparse file', [before('x', record('GNU.sparse.major=1'))]],
  ])('refuses a layer that %s: unpackers make different files of it', async (_, headers) => {
    const content = Buffer.concat([...headers, tar({ 'models/a.pkl': evil })]);
    registry.tag('v1', [registry.add(tar({ 'models/a.pkl': good }), layerType), registry.add(content, layerType)]);
    expect(await validate(':v1')).toMatchObject({ code: 3, document: { errors: [{ code: 'model/bad-image' }] } });
  });

  it.each([
    ['leaves the folder', tar({ '../../evil.pkl': evil })],
    ['is cut', tar({ 'evil.pkl': Buffer.alloc(5000) }).subarray(0, 2000)],
    ['has no end', tar({ 'evil.pkl': evil }).subarray(0, 1024)],
    ['is no tar', Buffer.alloc(5000, 7)],
  ])('refuses a layer that %s', async (_, content) => {
    registry.tag('v1', [registry.add(content, layerType, title('x'))]);
    expect(await validate(':v1')).toMatchObject({ code: 3, document: { errors: [{ code: 'model/bad-image' }] } });
  });

  it('refuses a layer with other content than its digest says', async () => {
    const layer = registry.add(tar({ 'model.pkl': good }), layerType, title('x')) as { digest: string };
    registry.tag('v1', [layer]);
    registry.blobs.set(layer.digest, tar({ 'model.pkl': p.bytes(p.proto(4), 'K.') }));
    expect(await validate(':v1')).toMatchObject({ code: 3, document: { errors: [{ code: 'model/bad-image' }] } });
  });

  /** A tar of links: symbolic ones, and hard ones whose target begins with `=`. */
  const links = (targets: Readonly<Record<string, string>>): Buffer => {
    const parts = Object.entries(targets).map(([path, target]) => {
      const header = tarHeader({ path, kind: 'symlink', mode: 0o777, size: 0, target: target.replace('=', '') });
      if (!target.startsWith('=')) return header;
      const sum = Number.parseInt(header.toString('latin1', 148, 154), 8) - 1;
      header.write('1', 156);
      header.write(sum.toString(8).padStart(6, '0'), 148, 'latin1');
      return header;
    });
    return Buffer.concat([...parts, tarEnd]);
  };

  it.each<[string, Buffer[]]>([
    [
      'of its own layer',
      [Buffer.concat([links({ 'tmp/l': '/models' }).subarray(0, -1024), tar({ 'tmp/l/e.pkl': evil })])],
    ],
    ['of a lower layer', [links({ 'tmp/l': '../models' }), tar({ 'tmp/l/e.pkl': evil })]],
    ['to the top', [links({ 'tmp/l': '/' }), tar({ 'tmp/l/models/e.pkl': evil })]],
    ['to another link', [links({ a: '/b/c', 'b/c': 'd', 'b/d': '/models' }), tar({ 'a/e.pkl': evil })]],
    ['that is made through another one', [links({ a: '/b', 'a/l': '../models' }), tar({ 'b/l/e.pkl': evil })]],
    ['that has a second name', [links({ 'tmp/l': '/models', 'tmp/h': '=tmp/l' }), tar({ 'tmp/h/e.pkl': evil })]],
    [
      'that takes the way by which it is reached',
      [links({ a: '/b', b: '/c/d', 'c/d/l': '../models' }), tar({ 'a/l/e.pkl': evil })],
    ],
    [
      'that is removed, and made anew',
      [
        links({ 'tmp/l': '/models' }),
        tar({ 'tmp/.wh.l': Buffer.alloc(0) }),
        links({ 'tmp/l': '/models' }),
        tar({ 'tmp/l/e.pkl': evil }),
      ],
    ],
    ['by a mark', [links({ 'tmp/l': '/models' }), tar({ 'tmp/l/.wh.a.pkl': Buffer.alloc(0) })]],
    [
      'away from the model',
      [tar({ 'data/e.pkl': evil }), links({ 'models/l': '/data' }), tar({ 'models/l/b.pkl': good })],
    ],
  ])('refuses a file that comes to or from the models by a link %s', async (_, layers) => {
    const model = registry.add(tar({ 'models/a.pkl': good }), layerType);
    registry.tag('v1', [model, ...layers.map((layer) => registry.add(layer, layerType))]);
    const { code, stderr } = await validate(':v1');
    expect(stderr).toMatch(/which links in its layers lead to \/(models|data|c\/d|b)\/?/);
    expect(code).toBe(3);
  });

  it('takes an image with links that have nothing to do with the model', async () => {
    const base = links({
      bin: 'usr/bin',
      lib: 'usr/lib',
      'usr/bin/X11': '.',
      loop: 'loop/loop',
      'app/models': '/models',
    });
    const files = tar({ 'bin/sh': good, 'usr/bin/X11/X11/x': good, 'lib/x': good, 'usr/lib/x': good });
    const model = tar({ 'models/a.pkl': good });
    registry.tag(
      'v1',
      [base, files, model].map((layer) => registry.add(layer, layerType)),
    );
    expect(await validate(':v1')).toMatchObject({ code: 0, document: { files: [{ verdict: 'clean' }] } });
  });

  it.each<[string, (model: object) => object[]]>([
    [
      'a link leads into the model',
      (model) => [
        model,
        registry.add(links({ 'tmp/l': '/models' }), layerType),
        registry.add(tar({ 'tmp/l/e.pkl': evil }), layerType),
      ],
    ],
    ['a link leads a named model elsewhere', (model) => [registry.add(links({ 'opt/m': '/x' }), layerType), model]],
    ['a file stands beside a named model', (model) => [model, registry.add(tar({ 'opt/m/e.pkl': evil }), layerType)]],
  ])('judges another platform, of which %s', async (what, layers) => {
    const model = what.includes('named')
      ? registry.add(tar({ 'opt/m/model.pkl': good }), layerType, title('model.pkl'))
      : registry.add(tar({ 'models/model.pkl': good }), layerType);
    // The second platform has layers of the first, by which alone it has no other model.
    const shared = registry.add(tar({ 'tmp/l/e.pkl': evil }), layerType);
    index({ amd64: [model, shared], arm64: layers(model) });
    expect((await validate(':v1')).code).not.toBe(0);
    index({ amd64: [model, shared], arm64: [registry.add(tar({ 'usr/x': good }), layerType), model, shared] });
    expect((await validate(':v1')).code).toBe(0);
  });

  it('ends at once for a layer that unpacks to much more than it has', async () => {
    const bomb = zstdCompressSync(Buffer.alloc(256 * 1024 * 1024));
    const layer = Buffer.concat([zstdCompressSync(tar({})), ...Array.from({ length: 40 }, () => bomb)]);
    registry.tag('v1', [registry.add(layer, `${layerType}+zstd`)]);
    const { code, stderr } = await validate(':v1');
    expect(stderr).toContain('it unpacks to more than 64 times its size');
    expect(code).toBe(3);
  });

  it.each([
    ['a path that no system takes', links({ [`models/${'d/'.repeat(5000)}l`]: 'x' })],
    ['a name that no system takes', tar({ [`models/${'n'.repeat(300)}`]: good })],
    ['a link to a path that no system takes', links({ 'models/l': 'd/'.repeat(5000) })],
  ])('refuses %s', async (_, content) => {
    registry.tag('v1', [registry.add(content, layerType)]);
    const { code, stderr } = await validate(':v1');
    expect(stderr).toMatch(/longer path, name or target than Linux takes|too long/);
    expect(stderr.length).toBeLessThan(3000);
    expect(code).toBe(3);
  });

  it('never writes through a link', async () => {
    const source = join(folder, 'source');
    mkdirSync(join(source, 'models'), { recursive: true });
    symlinkSync(folder, join(source, 'models/out'));
    const links = execFileSync('tar', ['-cf', '-', '-C', source, 'models']);
    registry.tag('v1', [registry.add(links, layerType), registry.add(tar({ 'models/out/evil.pkl': evil }), layerType)]);
    const { code } = await validate(':v1');
    expect(code).toBe(3);
    expect(readdirSync(folder)).not.toContain('evil.pkl');
    registry.tag('v2', [registry.add(links, layerType)]);
    expect((await validate(':v2')).code).toBe(3);
  });
});
