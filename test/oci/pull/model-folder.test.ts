import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { ModelFolder } from '../../../src/oci/pull/model-folder.ts';
import type { LayerItem } from '../../../src/oci/read-layer.ts';

let scratch: string;
let root: string;

beforeEach(() => {
  scratch = mkdtempSync(join(tmpdir(), 'mldeploy-folder-'));
  root = mkdtempSync(join(scratch, 'model-'));
});

afterEach(() => {
  rmSync(scratch, { recursive: true, force: true });
});

function item(path: string, kind: LayerItem['kind'], target = '', removes: string | null = null): LayerItem {
  return { path, place: path, kind, size: 0, target, removes };
}

const link = (path: string, target: string): LayerItem => item(path, 'symlink', target);
const mark = (path: string, removes: string): LayerItem => item(path, 'file', '', removes);

async function write(folder: ModelFolder, path: string, text = path): Promise<void> {
  const sink = await folder.file(path);
  await sink.write(Buffer.from(text));
  await sink.end();
}

const there = (): string[] => readdirSync(root, { recursive: true }).map(String).sort();

describe('the folder of a model from an image', () => {
  it('takes 100,000 links, and a mark for each, in seconds', async () => {
    const folder = new ModelFolder(root, 1e9);
    const count = 100_000;
    folder.begin();
    for (let index = 0; index < count; index++) await folder.open(link(`m/${index % 100}/${index}`, 'x'));
    expect(folder.count).toBe(count);
    folder.begin();
    await write(folder, 'm/own');
    for (let index = 0; index < count; index++)
      await folder.open(mark(`m/${index % 100}/.wh.${index}`, `m/${index % 100}/${index}`));
    for (let index = 0; index < count; index++) await folder.open(mark('m/.wh..wh..opq', 'm/'));
    expect(folder.count).toBe(1);
    await folder.finish();
    expect(there()).toEqual(['m', 'm/own']);
  }, 60_000);

  it('a mark removes what lower layers have, not what its own has', async () => {
    const folder = new ModelFolder(root, 1e9);
    folder.begin();
    for (const path of ['a/1', 'a/b/2', 'a/b/c/3', 'd', 'e/4', 'ab']) await write(folder, path);
    folder.begin();
    await write(folder, 'a/b/own');
    await folder.open(mark('a/b/.wh..wh..opq', 'a/b/'));
    await folder.open(mark('.wh.d', 'd'));
    await folder.open(mark('.wh.e', 'e'));
    await folder.open(mark('.wh.nothing', 'nothing/at/all'));
    expect(there()).toEqual(['a', 'a/1', 'a/b', 'a/b/own', 'ab']);
    await folder.open(mark('.wh.a', 'a'));
    expect(there()).toEqual(['a', 'a/b', 'a/b/own', 'ab']);
    folder.begin();
    await folder.open(mark('.wh..wh..opq', ''));
    expect(there()).toEqual([]);
    expect(folder.count).toBe(0);
    await write(folder, 'a');
    expect(there()).toEqual(['a']);
  });

  it('a later entry takes the place of what is there', async () => {
    const folder = new ModelFolder(root, 1e9);
    folder.begin();
    for (const path of ['a/1', 'a/2', 'b', 'c']) await write(folder, path);
    folder.begin();
    await write(folder, 'a', 'file');
    await write(folder, 'b/below');
    await folder.open(link('c', 'a'));
    await write(folder, 'a', 'again');
    await folder.finish();
    expect(there()).toEqual(['a', 'b', 'b/below', 'c']);
    expect(readFileSync(join(root, 'c'), 'utf8')).toBe('again');
    expect(folder.count).toBe(3);
  });

  it('no link is made through another one, or below a file', async () => {
    const outside = mkdtempSync(join(scratch, 'outside-'));
    const folder = new ModelFolder(root, 1e9);
    folder.begin();
    await write(folder, 'file');
    await folder.open(link('a', outside));
    await folder.open(link('a/b', 'x'));
    await folder.open(link('file/b', 'x'));
    await folder.finish();
    expect(readdirSync(outside)).toEqual([]);
    expect(there()).toEqual(['a', 'a/b', 'file', 'file/b']);
  });

  it('has a limit of entries', async () => {
    const folder = new ModelFolder(root, 1e9, 3);
    folder.begin();
    await write(folder, 'a');
    await folder.open(link('b', 'a'));
    await folder.open(mark('.wh.x', 'x'));
    await expect(folder.open(item('c/', 'folder'))).rejects.toMatchObject({ code: 'model/bad-image' });
    await expect(folder.file('c')).rejects.toMatchObject({ code: 'model/bad-image' });
  });
});
