import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { digestOf } from '../../../src/oci/manifest.ts';
import { fetchModel, type FetchedModel } from '../../../src/oci/pull/fetch-model.ts';
import { explained } from '../../../src/oci/pull/fetch-problem.ts';
import { makeFoldersAbove } from '../../../src/oci/pull/fetch-state.ts';
import type { LayerEntry } from '../../../src/oci/tar-entry.ts';
import { thisProcess } from '../../../src/process/owner.ts';
import { clientOf } from '../client.ts';
import { startFaultyRegistry, type FaultyRegistry, type RegistryOptions } from '../faulty-registry.ts';
import { layerOf, publishedDigest, publishModel, type Files } from './model-image.ts';

let scratch: string;
let registry: FaultyRegistry;

beforeEach(() => {
  scratch = mkdtempSync(join(tmpdir(), 'mldeploy-fetch-'));
});

afterEach(async () => {
  await registry[Symbol.asyncDispose]();
  rmSync(scratch, { recursive: true, force: true });
});

type Layers = Parameters<typeof publishModel>[1];

const publish = (layers: Layers, annotations?: Record<string, string>): Promise<string> =>
  publishModel(clientOf(registry.host), layers, annotations);

const large = Buffer.alloc(3_000_000, 'weights of a model ');
const files: Files = { 'model/config.json': Buffer.from('{}'), 'model/a b/1.txt': Buffer.from('nested') };

async function ordinary(options: RegistryOptions = {}): Promise<string> {
  registry = await startFaultyRegistry(options);
  return publish([await layerOf({ 'model/large.bin': large }), await layerOf(files)]);
}

const folder = (): string => join(scratch, 'model');
const fetch = (digest: string, signal = new AbortController().signal): Promise<FetchedModel> =>
  fetchModel(clientOf(registry.host, { signal }), digest, folder(), { onBytes: () => undefined });

function expectWhole(): void {
  expect(readdirSync(folder(), { recursive: true }).sort()).toEqual(['a b', 'a b/1.txt', 'config.json', 'large.bin']);
  expect(readFileSync(join(folder(), 'large.bin')).equals(large)).toBe(true);
  expect(readFileSync(join(folder(), 'a b/1.txt'), 'utf8')).toBe('nested');
}

const gets = (): number => registry.log.filter((line) => line.startsWith('GET')).length;

describe('fetching a model', () => {
  it('writes all files, readable by everybody and writable by nobody', async () => {
    const digest = await ordinary();
    const fetched = await fetch(digest);
    expect(fetched).toMatchObject({ modelDigest: publishedDigest, files: 3, keptBytes: 0 });
    expectWhole();
    expect(statSync(join(folder(), 'large.bin')).mode & 0o777).toBe(0o444);
  });

  it('run again, it reads what is there and asks for nothing but the manifest', async () => {
    const digest = await ordinary();
    const { bytes } = await fetch(digest);
    const before = gets();
    expect(await fetch(digest)).toMatchObject({ files: 3, keptBytes: bytes });
    expect(gets() - before).toBe(1);
  });

  it.each(['shortened', 'changed', 'removed', 'its list forged'])(
    'a file that was %s since is fetched again',
    async (what) => {
      const digest = await ordinary();
      await fetch(digest);
      const file = join(folder(), 'large.bin');
      chmodSync(file, 0o644);
      if (what === 'shortened') writeFileSync(file, large.subarray(1));
      else if (what === 'changed') writeFileSync(file, Buffer.concat([large.subarray(1), Buffer.from('x')]));
      else if (what === 'removed') rmSync(file);
      else {
        writeFileSync(file, 'other');
        const state = join(scratch, 'model.fetch');
        const list =
          readdirSync(state).find((name) => readFileSync(join(state, name), 'utf8').includes('large.bin')) ?? '';
        const sha256 = digestOf('other').slice('sha256:'.length);
        writeFileSync(join(state, list), JSON.stringify([{ path: 'model/large.bin', size: 5, sha256 }]));
      }
      const again = await fetch(digest);
      expect(again.keptBytes).toBeGreaterThan(0);
      expect(again.keptBytes).toBeLessThan(large.length);
      expectWhole();
    },
  );

  it('a connection that breaks again and again only costs what was on its way', async () => {
    let broken = 0;
    const digest = await ordinary({
      fault: ({ method, path }) =>
        method === 'GET' && path.includes('/blobs/') && broken++ < 4 ? { breakAfter: 500_000 } : null,
    });
    await fetch(digest);
    expectWhole();
    expect(registry.log.some((line) => /^GET bytes=\d+-$/.test(line))).toBe(true);
  });

  it.each(['{}', 'null', '[null]', '[{"path": 1}]', '{"', ''])(
    'a list that was damaged (%s) costs its layer, no more',
    async (text) => {
      const digest = await ordinary();
      await fetch(digest);
      const state = join(scratch, 'model.fetch');
      const small = await layerOf(files);
      writeFileSync(join(state, `${digestOf(small.bytes).slice('sha256:'.length)}.json`), text);
      expect((await fetch(digest)).keptBytes).toBeGreaterThan(0);
      expectWhole();
    },
  );

  it('after an interrupt, layers that were whole stay, and others begin anew', async () => {
    const abort = new AbortController();
    let dead = true;
    const name = digestOf((await layerOf({ 'model/large.bin': large })).bytes);
    const digest = await ordinary({
      fault: ({ method, path }) => (dead && method === 'GET' && path.endsWith(name) ? { breakAfter: 500_000 } : null),
    });
    const small = await layerOf(files);
    const state = join(scratch, 'model.fetch');
    const list = join(state, `${digestOf(small.bytes).slice('sha256:'.length)}.json`);
    const timer = setInterval(() => existsSync(list) && abort.abort(), 20);
    await expect(fetch(digest, abort.signal)).rejects.toMatchObject({ kind: 'interrupted' });
    clearInterval(timer);
    dead = false;
    expect(existsSync(join(folder(), 'large.bin'))).toBe(false);
    expect((await fetch(digest)).keptBytes).toBe(small.bytes.length);
    expectWhole();
    expect(readdirSync(state).every((name) => name.endsWith('.json'))).toBe(true);
  });
});

describe('two that fetch into one folder at once', () => {
  /** The first request for a layer is answered only when somebody waits. */
  async function slowRegistry(): Promise<{ digest: string; waits: () => number; both: () => Promise<FetchedModel>[] }> {
    let waits = 0;
    let broken = 0;
    const digest = await ordinary({
      // Broken off again and again, it takes as long as the second one needs to begin.
      fault: ({ method, path }) =>
        method === 'GET' && path.includes('/blobs/') && waits === 0 && broken++ < 4 ? { breakAfter: 500_000 } : null,
    });
    const one = (): Promise<FetchedModel> =>
      fetchModel(clientOf(registry.host), digest, folder(), { onBytes: () => undefined, onWait: () => waits++ });
    return { digest, waits: () => waits, both: () => [one(), one()] };
  }

  it('both end with the whole model, which is fetched once', async () => {
    const { waits, both } = await slowRegistry();
    const results = await Promise.all(both());
    expect(waits()).toBe(1);
    expectWhole();
    expect(results.map(({ files: count, keptBytes, bytes }) => [count, keptBytes === bytes]).sort()).toEqual([
      [3, false],
      [3, true],
    ]);
    expect(readdirSync(join(scratch, 'model.fetch')).every((name) => name.endsWith('.json'))).toBe(true);
  });

  it('of different models one has the folder, and the other is refused', async () => {
    const { digest } = await slowRegistry();
    const other = await publish([await layerOf({ 'model/other': Buffer.from('other') })]);
    const [first, second] = await Promise.allSettled([fetch(digest), fetch(other)]);
    expect([first.status, second.status].sort()).toEqual(['fulfilled', 'rejected']);
    const lost = [first, second].find((each) => each.status === 'rejected');
    expect(lost).toMatchObject({ reason: { code: 'fetch/not-empty' } });
  });

  it('who is killed is not waited for, and who waits can be interrupted', async () => {
    const digest = await ordinary();
    const state = join(scratch, 'model.fetch');
    const child = spawnSync(process.execPath, ['-e', 'console.log(process.pid)'], { encoding: 'utf8' });
    const lockOf = (place: object): void => {
      const owner = { ...(JSON.parse(thisProcess('fetch')) as object), pid: Number(child.stdout), ...place };
      writeFileSync(join(state, 'lock'), JSON.stringify({ id: 'x', owner: JSON.stringify(owner), beat: 3 }));
    };
    mkdirSync(state);
    lockOf({});
    const began = performance.now();
    await fetch(digest);
    expectWhole();
    // Of whom nothing is known has 15 s to show a sign of life.
    expect(performance.now() - began).toBeLessThan(10_000);
    lockOf({ host: 'another' });
    const abort = new AbortController();
    const watch = { onBytes: () => undefined, onWait: () => abort.abort(), signal: abort.signal };
    await expect(fetchModel(clientOf(registry.host), digest, folder(), watch)).rejects.toMatchObject({
      kind: 'interrupted',
    });
  });
});

describe('a folder has one model and nothing else', () => {
  it.each<[string, Files]>([
    ['folders', { 'model/list/x.txt': Buffer.from('x'), 'model/files/y': Buffer.from('y') }],
    ['files', { 'model/list': Buffer.from('x'), 'model/files': Buffer.from('y'), 'model/list.json': Buffer.from('z') }],
  ])('with names that the fetching itself could use for %s', async (_, content) => {
    registry = await startFaultyRegistry();
    const digest = await publish([await layerOf(content)]);
    await fetch(digest);
    for (const [path, bytes] of Object.entries(content)) expect(readFileSync(join(scratch, path))).toEqual(bytes);
    expect(await fetch(digest)).toMatchObject({ files: Object.keys(content).length });
  });

  it('also when the first try was killed before its layer was written down', async () => {
    const digest = await ordinary();
    await fetch(digest);
    const state = join(scratch, 'model.fetch');
    for (const name of readdirSync(state)) if (/^[0-9a-f]{64}/.test(name)) rmSync(join(state, name));
    const other = await publish([await layerOf({ 'model/other': Buffer.from('other') })]);
    await expect(fetch(other)).rejects.toMatchObject({ code: 'fetch/not-empty' });
    expectWhole();
    expect(await fetch(digest)).toMatchObject({ keptBytes: 0 });
    rmSync(folder(), { recursive: true });
    await fetch(other);
    expect(readdirSync(folder())).toEqual(['other']);
  });

  it.each([
    ['a file', 'extra.py', () => writeFileSync(join(folder(), 'extra.py'), '')],
    ['a folder', 'extra', () => mkdirSync(join(folder(), 'extra'))],
    ['a link', 'extra', () => symlinkSync('config.json', join(folder(), 'extra'))],
  ])("so somebody's %s that came later is refused", async (_, name, add) => {
    const digest = await ordinary();
    await fetch(digest);
    add();
    await expect(fetch(digest)).rejects.toMatchObject({
      code: 'fetch/not-empty',
      message: expect.stringContaining(name) as string,
    });
  });

  it('and never writes through a link', async () => {
    const digest = await ordinary();
    await fetch(digest);
    const elsewhere = join(scratch, 'elsewhere');
    mkdirSync(elsewhere);
    rmSync(join(folder(), 'a b'), { recursive: true });
    symlinkSync(elsewhere, join(folder(), 'a b'));
    await expect(fetch(digest)).rejects.toMatchObject({ code: 'fetch/not-empty' });
    await expect(makeFoldersAbove(folder(), 'a b/1.txt', new Set())).rejects.toMatchObject({ code: 'fetch/not-empty' });
    expect(readdirSync(elsewhere)).toEqual([]);
    rmSync(join(scratch, 'model.fetch'), { recursive: true });
    rmSync(folder(), { recursive: true });
    symlinkSync(elsewhere, join(scratch, 'model.fetch'));
    await expect(fetch(digest)).rejects.toMatchObject({ code: 'fetch/not-empty' });
  });

  it('where a folder stands in the place of a file, the error is one of ours', async () => {
    const digest = await ordinary();
    await fetch(digest);
    rmSync(join(folder(), 'config.json'));
    mkdirSync(join(folder(), 'config.json'));
    await expect(fetch(digest)).rejects.toMatchObject({ code: 'fetch/not-writable' });
  });
});

describe('nothing of a layer is used that', () => {
  const refused = { code: 'fetch/altered', kind: 'infrastructure' };

  it.each(['a byte of a file', 'a byte of the tar', 'a shorter layer', 'a longer layer'])(
    'is damaged: %s',
    async (what) => {
      const digest = await ordinary();
      const name = digestOf((await layerOf({ 'model/large.bin': large })).bytes);
      const bytes = Buffer.from(registry.blobs.get(name) ?? '');
      if (what === 'a byte of a file') bytes[2_000_000] = 0;
      if (what === 'a byte of the tar') bytes[20] = 1;
      const end = what === 'a shorter layer' ? bytes.subarray(0, -512) : bytes;
      registry.blobs.set(name, what === 'a longer layer' ? Buffer.concat([end, Buffer.alloc(512)]) : end);
      await expect(fetch(digest)).rejects.toMatchObject(refused);
      expect(existsSync(join(folder(), 'large.bin'))).toBe(false);
    },
  );

  it('has other files than the build put into it', async () => {
    registry = await startFaultyRegistry();
    const { bytes } = await layerOf({ 'model/x': Buffer.from('other') });
    const { key } = await layerOf({ 'model/x': Buffer.from('built') });
    await expect(fetch(await publish([{ bytes, key }]))).rejects.toMatchObject(refused);
    expect(readdirSync(folder())).toEqual([]);
  });

  it.each<[string, Files, readonly LayerEntry[]]>([
    ['a link', {}, [{ kind: 'symlink', path: 'model/x', target: '/etc/passwd' }]],
    ['a way out', { 'model/../../x': Buffer.from('x') }, []],
    ['a file elsewhere', { 'etc/passwd': Buffer.from('x') }, []],
    ['a deletion', { 'model/.wh.x': Buffer.from('') }, []],
  ])('has %s', async (_, content, others) => {
    registry = await startFaultyRegistry();
    await expect(fetch(await publish([await layerOf(content, others)]))).rejects.toMatchObject(refused);
    expect(readdirSync(scratch).sort()).toEqual(['model', 'model.fetch']);
    expect(readdirSync(folder())).toEqual([]);
  });
});

describe('it says what is wrong', () => {
  it('when the registry does not let it in', async () => {
    const digest = await ordinary();
    await registry[Symbol.asyncDispose]();
    registry = await startFaultyRegistry({ fault: () => ({ status: 401 }) });
    await expect(fetch(digest)).rejects.toMatchObject({ code: 'registry/unauthorized' });
  });

  it('when the model is gone, or one of its layers', async () => {
    const digest = await ordinary();
    await expect(fetch(`sha256:${'1'.repeat(64)}`)).rejects.toMatchObject({ code: 'fetch/no-model' });
    registry.blobs.clear();
    await expect(fetch(digest)).rejects.toMatchObject({ code: 'registry/not-found' });
  });

  it('when it is something else than a model of ours', async () => {
    registry = await startFaultyRegistry();
    const layer = await layerOf(files);
    await expect(fetch(await publish([layer], {}))).rejects.toMatchObject({ code: 'fetch/not-a-model' });
    await expect(fetch(await publish([{ bytes: layer.bytes }]))).rejects.toMatchObject({ code: 'fetch/not-a-model' });
  });

  it('when its files would take more than the disk has, whatever its layers have', async () => {
    registry = await startFaultyRegistry();
    const digest = await publish([await layerOf(files)], {
      'dev.ml-deploy.model.path': '/model',
      'dev.ml-deploy.model.digest': publishedDigest,
      'dev.ml-deploy.model.disk': `${2 ** 52}`,
    });
    await expect(fetch(digest)).rejects.toMatchObject({ code: 'fetch/no-room' });
  });

  it('when there are files of somebody, or the folder cannot be made', async () => {
    const digest = await ordinary();
    mkdirSync(folder());
    writeFileSync(join(folder(), 'notes.txt'), 'mine');
    await expect(fetch(digest)).rejects.toMatchObject({
      code: 'fetch/not-empty',
      message: expect.stringContaining('notes.txt') as string,
    });
    expect(readFileSync(join(folder(), 'notes.txt'), 'utf8')).toBe('mine');
    rmSync(folder(), { recursive: true });
    await fetch(digest);
    const other = await publish([await layerOf({ 'model/other': Buffer.from('other') })]);
    await expect(fetch(other)).rejects.toMatchObject({
      code: 'fetch/not-empty',
      message: expect.stringContaining('another model') as string,
    });
    expectWhole();
    const { host } = registry;
    const readOnly = fetchModel(clientOf(host), digest, join(folder(), 'config.json/model'), {
      onBytes: () => undefined,
    });
    await expect(readOnly).rejects.toMatchObject({ code: 'fetch/not-writable' });
  });

  it.each([
    ['ENOSPC', 'fetch/no-room'],
    ['EDQUOT', 'fetch/no-room'],
    ['EACCES', 'fetch/not-writable'],
    ['EROFS', 'fetch/not-writable'],
    ['EISDIR', 'fetch/not-writable'],
    ['EIO', 'fetch/not-writable'],
    ['ELOOP', 'fetch/not-writable'],
  ])('when the disk says %s', async (code, ours) => {
    registry = await startFaultyRegistry();
    const error = Object.assign(new Error('no'), { code });
    expect(explained(error, '/x')).toMatchObject({ code: ours, message: expect.stringContaining('/x') as string });
    const other = new Error('no');
    expect(explained(other, '/x')).toBe(other);
  });
});
