import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { layerOf, storeImage } from './registry-folder.ts';
import { tar } from './tar.ts';

const sha256 = (content: Buffer): string => createHash('sha256').update(content).digest('hex');

test('an image is stored under its tag with every blob under its own digest', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'registry-'));
  const archive = tar([{ path: 'hello', mode: 0o644, content: Buffer.from('hello') }]);
  const digest = storeImage(folder, 'library/hello', '1', [await layerOf(archive)], { Cmd: ['hello'] });

  const root = join(folder, 'docker/registry/v2');
  const blob = (id: string): Buffer => {
    const hex = id.slice('sha256:'.length);
    const content = readFileSync(join(root, 'blobs/sha256', hex.slice(0, 2), hex, 'data'));
    expect(sha256(content)).toBe(hex);
    return content;
  };
  const repository = join(root, 'repositories/library/hello');
  expect(readFileSync(join(repository, '_manifests/tags/1/current/link'), 'utf8')).toBe(digest);
  const manifest = JSON.parse(blob(digest).toString()) as {
    config: { digest: string; size: number };
    layers: { digest: string; size: number }[];
  };
  const config = JSON.parse(blob(manifest.config.digest).toString()) as {
    config: object;
    rootfs: { diff_ids: string[] };
  };
  expect(config.config).toEqual({ Cmd: ['hello'] });
  const layer = blob(manifest.layers[0]?.digest ?? '');
  expect(layer).toHaveLength(manifest.layers[0]?.size ?? 0);
  expect(gunzipSync(layer).equals(archive)).toBe(true);
  expect(config.rootfs.diff_ids).toEqual([`sha256:${sha256(archive)}`]);
  for (const id of [manifest.config.digest, manifest.layers[0]?.digest ?? '']) {
    expect(readFileSync(join(repository, '_layers', id.replace(':', '/'), 'link'), 'utf8')).toBe(id);
  }
});
