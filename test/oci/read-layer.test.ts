import { expect, it } from 'vitest';
import { zstdCompressSync } from 'node:zlib';

import { digestOf, mediaTypes } from '../../src/oci/manifest.ts';
import { readLayer } from '../../src/oci/read-layer.ts';
import { tarEnd, tarHeader } from '../../src/oci/tar.ts';

async function* once(bytes: Buffer): AsyncGenerator<Buffer> {
  yield await Promise.resolve(bytes);
}

it('can be ended while a little piece is unpacked to much', async () => {
  const tar = Buffer.concat([tarEnd, Buffer.alloc(64 * 1024 * 1024)]);
  const content = zstdCompressSync(tar);
  expect(content.length).toBeLessThan(64 * 1024);
  let unpacked = 0;
  const reading = readLayer(
    { digest: digestOf(content), mediaType: `${mediaTypes.layer}+zstd` },
    once(content),
    () => null,
    (bytes) => {
      if (bytes === 0 && ++unpacked === 3) throw new Error('enough');
    },
  );
  await expect(reading).rejects.toThrow('enough');
  expect(unpacked).toBe(3);
});

it('cleans paths as unpackers do', async () => {
  const entry = (path: string): Buffer => tarHeader({ path, kind: 'file', mode: 0o444, size: 0 });
  const content = Buffer.concat([...['./a//b/./c', '/d', 'e/.wh.f'].map(entry), tarEnd]);
  const found: [string, string | null][] = [];
  await readLayer({ digest: digestOf(content), mediaType: mediaTypes.layer }, once(content), ({ place, removes }) => {
    found.push([place, removes]);
    return null;
  });
  expect(found).toEqual([
    ['a/b/c', null],
    ['d', null],
    ['e/.wh.f', 'e/f'],
  ]);
  const upwards = Buffer.concat([entry('a/../models/b'), tarEnd]);
  const reading = readLayer({ digest: digestOf(upwards), mediaType: mediaTypes.layer }, once(upwards), () => null);
  await expect(reading).rejects.toThrow('"a/../models/b" has a path that leads upwards');
});
