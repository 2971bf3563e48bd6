import { expect, it } from 'vitest';

import { treeLayers } from '../../src/image/trees.ts';

async function bytesOf(content: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  for await (const piece of content) pieces.push(piece);
  return Buffer.concat(pieces);
}

it('makes a sorted layer with the folders above each file', async () => {
  const files = [
    { path: 'b/tool.sh', content: 'x', mode: 0o755 },
    { path: 'a.txt', content: Buffer.from('héllo') },
  ];
  const [layer] = await treeLayers([{ path: '/etc/app', files }]);
  const [same] = await treeLayers([{ path: '/etc/app', files: files.toReversed() }]);
  expect(layer?.title).toBe('/etc/app');
  expect(layer?.blob.digest).toBe(same?.blob.digest);
  const tar = layer === undefined ? Buffer.alloc(0) : await bytesOf(layer.blob.read(0));
  expect(tar.length).toBe(layer?.blob.size);
  const names = [0, 1, 2, 3, 5].map((block) => {
    const header = tar.subarray(block * 512, block * 512 + 108);
    return `${header.toString('latin1', 0, 100).replace(/\0+$/, '')} ${header.toString('latin1', 100, 107)}`;
  });
  expect(names).toEqual([
    'etc/ 0000755',
    'etc/app/ 0000755',
    'etc/app/b/ 0000755',
    'etc/app/a.txt 0000644',
    'etc/app/b/tool.sh 0000755',
  ]);
  expect(tar.toString('utf8', 4 * 512, 4 * 512 + 6)).toBe('héllo');
});
