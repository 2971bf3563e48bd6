import { mkdtempSync, readFileSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { keptLayer, packLayer, type PackedLayer } from '../../../../src/image/builders/oci/packed-layer.ts';
import { digestOf } from '../../../../src/oci/manifest.ts';

const key = 'a'.repeat(64);
let cache: string;
let content: string;
let facts: string;
let layer: PackedLayer;

const pack = (text: string, name = key): Promise<PackedLayer> =>
  packLayer([{ kind: 'bytes', path: 'a.py', mode: 0o644, content: Buffer.from(text) }], cache, name);

beforeEach(async () => {
  cache = mkdtempSync(join(tmpdir(), 'mldeploy-packed-'));
  layer = await pack('print(1)\n'.repeat(1000));
  content = join(cache, 'packages', `${layer.descriptor.digest.slice(7)}.tar.zst`);
  facts = join(cache, 'packages', `${key}.json`);
});
afterEach(() => rmSync(cache, { recursive: true, force: true }));

describe('a packed layer', () => {
  it('is found again', async () => {
    expect(await keptLayer(cache, key)).toMatchObject({ descriptor: layer.descriptor, diffId: layer.diffId });
    expect(digestOf(readFileSync(content))).toBe(layer.descriptor.digest);
    expect(readdirSync(join(cache, 'packages')).sort()).toEqual(
      [content, facts].map((path) => path.slice(cache.length + 10)).sort(),
    );
  });

  it.each([
    ['the same length with another byte', () => damage(content, (bytes) => bytes.fill(1, bytes.length - 3))],
    ['less', () => damage(content, (bytes) => bytes.subarray(0, -1))],
    [
      'another diff id',
      () => damage(facts, (bytes) => Buffer.from(bytes.toString().replace(/"diffId":"sha256:./, '"diffId":"sha256:x'))),
    ],
    ['no facts', () => damage(facts, () => Buffer.from('{'))],
  ])('is packed anew when the cache has %s', async (_, change) => {
    change();
    expect(await keptLayer(cache, key)).toBeNull();
    expect(await pack('print(1)\n'.repeat(1000))).toMatchObject({ descriptor: layer.descriptor });
    expect(await keptLayer(cache, key)).toMatchObject({ descriptor: layer.descriptor, diffId: layer.diffId });
  });

  it('keeps its own content when another build packs something else under its key', async () => {
    await pack('print(2)\n');
    expect(digestOf(readFileSync(content))).toBe(layer.descriptor.digest);
  });

  it('makes room for later ones', async () => {
    utimesSync(facts, 1, 1);
    utimesSync(content, 1, 1);
    for (const name of ['b', 'c', 'd', 'e']) await pack(name, name.repeat(64));
    expect(await keptLayer(cache, key)).toBeNull();
    expect(readdirSync(join(cache, 'packages')).filter((name) => name.endsWith('.tar.zst'))).toHaveLength(4);
  });
});

function damage(path: string, change: (bytes: Buffer) => Buffer): void {
  writeFileSync(path, change(readFileSync(path)));
}
