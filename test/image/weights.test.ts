import { mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, utimesSync, writeFileSync } from 'node:fs';
import { execFile, execFileSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { layersInRepository } from '../../src/image/known-layers.ts';
import { contentAnnotation } from '../../src/oci/layer-content.ts';
import { usualSizes, weightLayers, type WeightLayer, type WeightsRequest } from '../../src/image/weights.ts';
import { digestOf } from '../../src/oci/manifest.ts';
import type { ImagePlan } from '../../src/server/image-plan.ts';
import { clientOf } from '../oci/client.ts';
import { startFaultyRegistry, type Fault, type SeenRequest } from '../oci/faulty-registry.ts';

/** What the product takes as large would take long here; one test has the real size. */
const ownLayer = 2 * 1024 * 1024;
const sizes = { ownLayer, held: 64 * 1024, bundle: 4 * ownLayer, most: 64 };
const folders: string[] = [];

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

function folder(): string {
  const made = mkdtempSync(join(tmpdir(), 'mldeploy-weights-'));
  folders.push(made);
  return made;
}

interface Model {
  readonly root: string;
  readonly weights: ImagePlan['weights'];
}

function model(files: Readonly<Record<string, string | Buffer>>): Model {
  const root = folder();
  const listed = Object.entries(files).map(([path, content]) => {
    mkdirSync(join(root, path, '..'), { recursive: true });
    writeFileSync(join(root, path), content);
    return { path, bytes: Buffer.byteLength(content), sha256: digestOf(content).slice(7) };
  });
  return { root, weights: { path: '/model', files: listed } };
}

function request({ root, weights }: Model): WeightsRequest {
  return { weights, modelRoot: root, store: null, made: new Map(), onRead: () => undefined };
}

/** Threads that hash: what the size and the machine would choose must not matter. */
let threads = 0;

async function made(model: Model, more: Partial<WeightsRequest> = {}): Promise<WeightLayer[]> {
  return weightLayers({ ...request(model), sizes, threads, ...more });
}

const digestsOf = (layers: readonly WeightLayer[]): string[] => layers.map(({ blob }) => blob.digest);

const large = (fill: string): Buffer => Buffer.alloc(ownLayer, fill);

describe('weight layers', () => {
  it('are one per large file and one for all others, whatever the order of the evidence', async () => {
    const some = model({
      'b/large.bin': large('b'),
      'config.json': '{}',
      'a.bin': large('a'),
      'almost.bin': Buffer.alloc(ownLayer - 1),
      'b/vocabulary.txt': 'a b c',
    });
    let read = 0;
    const layers = await made(some, { onRead: (bytes) => (read += bytes) });
    expect(layers.map(({ title }) => title)).toEqual(['a.bin', 'b/large.bin', '3 files']);
    // Each byte once.
    expect(read).toBe(some.weights.files.reduce((sum, { bytes }) => sum + bytes, 0));
    const reversed = { ...some, weights: { ...some.weights, files: some.weights.files.toReversed() } };
    expect(digestsOf(await made(reversed))).toEqual(digestsOf(layers));
  });

  it('are of their own from 64 MiB on', async () => {
    const limit = 64 * 1024 * 1024;
    const root = folder();
    const files = [limit, limit - 1].map((bytes) => {
      writeFileSync(join(root, String(bytes)), '');
      truncateSync(join(root, String(bytes)), bytes);
      return { path: String(bytes), bytes, sha256: digestOf(Buffer.alloc(bytes)).slice(7) };
    });
    const some = {
      root,
      weights: {
        path: '/model',
        files: [...files, ...files.map((file) => ({ ...file, target: `/other/${file.path}` }))],
      },
    };
    const weights = weightLayers(request(some));
    expect((await weights).map(({ title }) => title)).toEqual([String(limit), String(limit), '2 files']);
  });

  it('are bundles of small files up to a size, and no more than an image may have', async () => {
    const few = { ownLayer: 100, held: 64 * 1024, bundle: 250, most: 4 };
    const names = Array.from({ length: 9 }, (_, index) => `shard-${index}.bin`);
    const small = model(Object.fromEntries(names.slice(0, 5).map((name) => [name, name.padEnd(99)])));
    expect((await made(small, { sizes: few })).map(({ title }) => title)).toEqual([
      '2 files',
      '2 files',
      'shard-4.bin',
    ]);
    const content = (name: string): string => name.padEnd(100);
    const contents = Object.fromEntries(names.map((name) => [name, content(name)]));
    const many = model(contents);
    const layers = await made(many, { sizes: few });
    expect(layers.map(({ title }) => title)).toEqual(['3 files', '2 files', '2 files', '2 files']);
    expect(digestsOf(await made(model(contents), { sizes: few }))).toEqual(digestsOf(layers));
    // A changed file changes the layer that it is in, and no other one.
    const changed = await made(model({ ...contents, 'shard-4.bin': 'x'.repeat(100) }), { sizes: few });
    expect(changed.map(({ blob }, index) => blob.digest === layers[index]?.blob.digest)).toEqual([
      true,
      false,
      true,
      true,
    ]);
  });

  it('of 163 shards leave room for those of the base', async () => {
    const root = folder();
    const files = Array.from({ length: 163 }, (_, index) => {
      const path = `model-${String(index).padStart(5, '0')}-of-00163.safetensors`;
      writeFileSync(join(root, path), path);
      return { path, bytes: path.length, sha256: digestOf(path).slice(7) };
    });
    const layers = await made({ root, weights: { path: '/model', files } }, { sizes: { ...usualSizes, ownLayer: 1 } });
    expect(layers).toHaveLength(64);
  });

  it('are refused when two files of the model have one place', async () => {
    const { root, weights } = model({ 'jit.pt': 'a', 'model.pt': 'b' });
    const files = weights.files.map((file) => ({ ...file, target: '/models/iris/1/model.pt' }));
    await expect(made({ root, weights: { ...weights, files } })).rejects.toMatchObject({
      code: 'build/model-layout',
      message: 'jit.pt and model.pt of the model would both be /models/iris/1/model.pt in the image',
    });
  });

  it('are made of a model that is a single file', async () => {
    const some = model({ 'model.joblib': 'weights' });
    const [layer] = await made({ ...some, root: join(some.root, 'model.joblib') });
    const [same] = await made(some);
    expect(layer?.title).toBe('model.joblib');
    expect(layer?.blob.digest).toBe(same?.blob.digest);
  });

  it('do not depend on times, permissions, links, time zone and umask', async () => {
    const content = { 'deep/a.bin': 'a', 'z.bin': 'zz' };
    const first = model(content);
    const expected = digestsOf(await made(first));
    const other = model(content);
    utimesSync(join(other.root, 'z.bin'), 1, 1);
    execFileSync('chmod', ['-R', 'u=rwX,go=', other.root]);
    rmSync(join(other.root, 'deep/a.bin'));
    writeFileSync(join(other.root, '.blob'), 'a');
    symlinkSync('../.blob', join(other.root, 'deep/a.bin'));
    const zone = process.env['TZ'];
    process.env['TZ'] = 'Pacific/Kiritimati';
    const umask = process.umask(0o077);
    try {
      expect(digestsOf(await made(other))).toEqual(expected);
    } finally {
      process.umask(umask);
      if (zone === undefined) delete process.env['TZ'];
      else process.env['TZ'] = zone;
    }
  });

  it('carry names exactly: spaces, line breaks, other scripts, long ones', async () => {
    const names = ['a b.bin', 'line\nbreak.bin', 'größe/模型.bin', `${'d/'.repeat(80)}${'n'.repeat(120)}.bin`];
    const some = model(Object.fromEntries(names.map((name) => [name, name])));
    const [layer] = await made(some);
    const archive = join(folder(), 'layer.tar');
    const pieces: Uint8Array[] = [];
    for await (const piece of layer?.blob.read(0) ?? []) pieces.push(piece);
    writeFileSync(archive, Buffer.concat(pieces));
    const listed = execFileSync('tar', [
      '--null',
      '--quoting-style=literal',
      '--show-transformed-names',
      '-tf',
      archive,
    ]);
    for (const name of names) expect(listed.toString('utf8')).toContain(`model/${name}\n`);
    for (const name of names) {
      expect(execFileSync('tar', ['-xOf', archive, `model/${name}`]).toString('utf8')).toBe(name);
    }
  });
});

describe.each([0, 2])('a file that is not the validated one is refused (threads that hash: %i)', (count) => {
  beforeEach(() => {
    threads = count;
  });

  it.each([
    ['another content of the same size', 'other!!', 'its content is another one'],
    ['another size', 'longer than before', 'it has 18 bytes instead of 7'],
    ['no content', '', 'it has 0 bytes instead of 7'],
  ])('%s', async (_, content, why) => {
    const some = model({ 'model.joblib': 'weights' });
    writeFileSync(join(some.root, 'model.joblib'), content);
    await expect(made(some)).rejects.toMatchObject({
      code: 'build/model-changed',
      kind: 'inconclusive',
      message: `model.joblib is not the file that was validated: ${why}`,
    });
  });

  it('an empty file that was not empty, a folder, a pipe, nothing', async () => {
    const some = model({ 'a.bin': 'weights', 'b.bin': '' });
    const at = join(some.root, 'a.bin');
    const refused = async (message: string): Promise<void> => {
      await expect(made(some)).rejects.toMatchObject({
        code: 'build/model-changed',
        message: expect.stringContaining(message) as string,
      });
      rmSync(at, { recursive: true });
    };
    rmSync(at);
    mkdirSync(at);
    await refused('it is no longer a file');
    execFileSync('mkfifo', [at]);
    await refused('it is no longer a file');
    await expect(made(some)).rejects.toMatchObject({ message: expect.stringContaining('ENOENT') as string });
  });

  it('a link out of the model, by a file or a folder, even to the same content', async () => {
    const some = model({ 'a.bin': 'weights', 'sub/b.bin': 'weights' });
    const elsewhere = model({ 'a.bin': 'weights', 'b.bin': 'weights' });
    rmSync(join(some.root, 'a.bin'));
    symlinkSync(join(elsewhere.root, 'a.bin'), join(some.root, 'a.bin'));
    const out = expect.stringContaining('a link that leads out of the model folder') as string;
    await expect(made(some)).rejects.toMatchObject({ code: 'build/model-changed', message: out });
    rmSync(join(some.root, 'a.bin'));
    writeFileSync(join(some.root, 'a.bin'), 'weights');
    rmSync(join(some.root, 'sub'), { recursive: true });
    symlinkSync(elsewhere.root, join(some.root, 'sub'));
    await expect(made(some)).rejects.toMatchObject({ code: 'build/model-changed', message: out });
  });

  it.each(['../a.bin', '/etc/passwd', 'x/../../a.bin', './a.bin', ''])(
    'a path that leads elsewhere: %j',
    async (path) => {
      const some = model({ 'a.bin': 'weights' });
      const files = some.weights.files.map((file) => ({ ...file, path }));
      await expect(made({ ...some, weights: { ...some.weights, files } })).rejects.toMatchObject({
        code: 'build/model-changed',
      });
    },
  );

  it('one that changes while it is read, and nothing of it stays in the registry', async () => {
    await using registry = await startFaultyRegistry();
    const bytes = 8 * ownLayer;
    const some = model({ 'large.bin': Buffer.alloc(bytes, 'a') });
    const onRead = (): void => {
      truncateSync(join(some.root, 'large.bin'), 0);
      truncateSync(join(some.root, 'large.bin'), bytes);
    };
    await expect(made(some, { store: clientOf(registry.host), onRead })).rejects.toMatchObject({
      code: 'build/model-changed',
      message: expect.stringMatching(/large\.bin .*: it (changed|became shorter) while it was read$/) as string,
    });
    expect(registry.blobs.size).toBe(0);
    expect(registry.open()).toBe(0);
  });
});

describe.each([0, 2])('sending (threads that hash: %i)', (count) => {
  beforeEach(() => {
    threads = count;
  });

  it('reads each byte once and sends it once; the second time it reads and sends nothing', async () => {
    await using registry = await startFaultyRegistry();
    const some = model({ 'a.bin': large('a'), 'b.bin': large('b'), 'c.json': '{}' });
    const total = some.weights.files.reduce((sum, { bytes }) => sum + bytes, 0);
    const counted = async (
      more: Partial<WeightsRequest>,
    ): Promise<{ layers: WeightLayer[]; read: number; sent: number }> => {
      let read = 0;
      let sent = 0;
      const layers = await made(some, {
        store: clientOf(registry.host),
        onRead: (bytes) => (read += bytes),
        onSent: (bytes) => (sent += bytes),
        ...more,
      });
      return { layers, read, sent };
    };
    const first = await counted({});
    expect(first.read).toBe(total);
    expect(first.sent).toBe(first.layers.reduce((sum, { blob }) => sum + blob.size, 0));
    for (const { blob } of first.layers) expect(digestOf(registry.blobs.get(blob.digest) ?? '')).toBe(blob.digest);
    const remembered = new Map(first.layers.map(({ key, blob }) => [key, blob.digest]));
    const second = await counted({ made: remembered });
    expect(second).toMatchObject({ read: total, sent: 0 });
    expect(digestsOf(second.layers)).toEqual(digestsOf(first.layers));
    // Another machine, which remembers nothing: the repository's own images say what is there.
    const manifest = {
      layers: first.layers.map(({ key, blob }) => ({ digest: blob.digest, annotations: { [contentAnnotation]: key } })),
    };
    registry.manifests.set('model-abc', Buffer.from(JSON.stringify(manifest)));
    const known: WeightsRequest['known'] = (keys) => layersInRepository(clientOf(registry.host), 'sha256:abc', keys);
    expect(await counted({ known })).toMatchObject({ read: total, sent: 0 });
    // One that cannot find out reads twice at most, and still sends nothing.
    const blind = await counted({ known: () => Promise.resolve({ digests: new Map(), complete: false }) });
    expect(blind.sent).toBe(0);
  });

  it('believes no hint: a layer that is called something else is made and sent as it is', async () => {
    await using registry = await startFaultyRegistry();
    const some = model({ 'a.bin': large('a') });
    const evil = Buffer.from('evil');
    registry.blobs.set(digestOf(evil), evil);
    const [right] = await made(some);
    const hint = new Map([[right?.key ?? '', digestOf(evil)]]);
    for (const hinted of [{ made: hint }, { known: () => Promise.resolve({ digests: hint, complete: true }) }]) {
      const [layer] = await made(some, { store: clientOf(registry.host), ...hinted });
      expect(layer?.blob.digest).toBe(right?.blob.digest);
      expect(registry.blobs.has(right?.blob.digest ?? '')).toBe(true);
      registry.blobs.delete(right?.blob.digest ?? '');
    }
  });

  it('believes no memory that fits a file which is not the validated one', async () => {
    await using registry = await startFaultyRegistry();
    const other = model({ 'a.bin': large('x') });
    const some = model({ 'a.bin': large('a') });
    const [forged] = await made(other);
    const [right] = await made(some);
    registry.blobs.set(forged?.blob.digest ?? '', large('x'));
    writeFileSync(join(some.root, 'a.bin'), large('x'));
    const remembered = new Map([[right?.key ?? '', forged?.blob.digest ?? '']]);
    for (const store of [null, clientOf(registry.host)]) {
      await expect(made(some, { store, made: remembered })).rejects.toMatchObject({ code: 'build/model-changed' });
    }
  });

  it('sends only the large file that changed', async () => {
    await using registry = await startFaultyRegistry();
    const some = model({ 'a.bin': large('a'), 'b.bin': large('b') });
    const first = await made(some, { store: clientOf(registry.host) });
    const remembered = new Map(first.map(({ key, blob }) => [key, blob.digest]));
    writeFileSync(join(some.root, 'b.bin'), large('c'));
    const files = some.weights.files.map((file) =>
      file.path === 'b.bin' ? { ...file, sha256: digestOf(large('c')).slice(7) } : file,
    );
    let sent = 0;
    const weights = { ...some.weights, files };
    await made({ ...some, weights }, { store: clientOf(registry.host), made: remembered, onSent: (n) => (sent += n) });
    expect(sent).toBeGreaterThan(ownLayer);
    expect(sent).toBeLessThan(ownLayer + 10_000);
  });

  it('goes on after a broken connection, and refuses a file that changed meanwhile', async () => {
    const some = model({ 'large.bin': Buffer.alloc(4 * ownLayer, 'a') });
    const [expected] = await made(some);
    for (const keepsPartOfRequest of [true, false]) {
      const cut = ({ method, before }: SeenRequest): Fault | null =>
        method === 'PATCH' && before === 0 ? { cutAfter: ownLayer } : null;
      await using registry = await startFaultyRegistry({ keepsPartOfRequest, fault: cut });
      const [layer] = await made(some, { store: clientOf(registry.host) });
      expect(layer?.blob.digest).toBe(expected?.blob.digest);
      expect(registry.blobs.has(expected?.blob.digest ?? '')).toBe(true);
      await using other = await startFaultyRegistry({ keepsPartOfRequest, fault: cut });
      const onRetry = (): void => utimesSync(join(some.root, 'large.bin'), 1, Math.random() * 1e9);
      await expect(made(some, { store: clientOf(other.host, { onRetry }) })).rejects.toMatchObject({
        code: 'build/model-changed',
        message: 'large.bin is not the file that was validated: it changed while it was sent',
      });
      expect(other.blobs.size).toBe(0);
    }
  });

  it('is the same in other time zones and languages', async () => {
    await using registry = await startFaultyRegistry();
    const some = model({ 'i.bin': 'a', 'I.bin': 'b', 'ä.bin': 'c', 'z/ş.bin': 'd', 'large.bin': large('e') });
    const list = join(folder(), 'files.json');
    const expected = digestsOf(await weightLayers(request(some)));
    for (const [files, environment] of [
      [some.weights.files, { LC_ALL: 'C', TZ: 'UTC' }],
      [some.weights.files.toReversed(), { LC_ALL: 'tr_TR.UTF-8', LANG: 'tr_TR.UTF-8', TZ: 'Pacific/Kiritimati' }],
    ] as const) {
      writeFileSync(list, JSON.stringify(files));
      const args = [join(import.meta.dirname, 'weigh.ts'), some.root, list, registry.host];
      const { stdout } = await promisify(execFile)(process.execPath, args, { env: { ...process.env, ...environment } });
      expect(Object.values((JSON.parse(stdout) as { layers: object }).layers)).toEqual(expected);
    }
  });

  it('stops every lane when one file is wrong', async () => {
    await using registry = await startFaultyRegistry();
    const some = model({ 'a.bin': large('a'), 'b.bin': large('b'), 'c.bin': large('c') });
    writeFileSync(join(some.root, 'b.bin'), 'short');
    await expect(made(some, { store: clientOf(registry.host) })).rejects.toMatchObject({
      code: 'build/model-changed',
      message: expect.stringContaining('b.bin') as string,
    });
    expect(registry.blobs.size).toBeLessThan(3);
  });
});
