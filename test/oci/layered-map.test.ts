import { describe, expect, it } from 'vitest';

import { LayeredMap } from '../../src/oci/layered-map.ts';

/** The rule of the specification, word by word. */
function isRemoved(removes: string, path: string): boolean {
  const below = removes === '' || removes.endsWith('/') ? removes : `${removes}/`;
  return path === removes || path.startsWith(below);
}

describe('what layers have by path', () => {
  it('loses what a mark names with all below it, of an opaque folder only what is below it', () => {
    const paths = ['a', 'a/b', 'a/b/c', 'ab', 'a/bc', 'd/e', '', 'a/'];
    const of = (...removes: string[]): string[] => {
      const map = new LayeredMap<number>();
      for (const [index, path] of paths.entries()) map.set(path, index);
      for (const each of removes) map.remove(each);
      return [...map.values.keys()];
    };
    expect(of()).toEqual(paths);
    for (const mark of ['a', 'a/', 'a/b', 'a/b/', 'd', 'd/e', '', 'nothing', 'a/nothing/', 'a//', 'd/e/f']) {
      expect(of(mark), mark).toEqual(paths.filter((path) => !isRemoved(mark, path)));
    }
    expect(of('a/b', 'd')).toEqual(['a', 'ab', 'a/bc', '', 'a/']);
  });

  it('has again what a higher layer brings', () => {
    const map = new LayeredMap<string>();
    map.set('a/b', 'old');
    map.remove('a');
    map.set('a/b', 'new');
    map.set('a/b', 'newer');
    expect([...map.values]).toEqual([['a/b', 'newer']]);
    map.remove('a/');
    expect(map.values.size).toBe(0);
  });

  it('takes 10^5 paths and marks, and paths of 10^5 parts, without delay', { timeout: 20_000 }, () => {
    const map = new LayeredMap<null>();
    const count = 100_000;
    for (let index = 0; index < count; index++) map.set(`opt/folder${index % 100}/file${index}`, null);
    map.set('x/'.repeat(count), null);
    for (let index = 0; index < count; index++) map.remove(`opt/folder${index % 100}/other${index}`);
    expect(map.values.size).toBe(count + 1);
    for (let index = 0; index < count; index += 2) map.remove(`opt/folder${index % 100}/file${index}`);
    expect(map.values.size).toBe(count / 2 + 1);
    map.remove('');
    expect(map.values.size).toBe(0);
  });
});
