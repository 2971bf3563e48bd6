import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expect, it } from 'vitest';

import { toolBase, unfitFor } from '../../../../src/image/optimize/onnx/tool-base.ts';
import { digestOf, mediaTypes } from '../../../../src/oci/manifest.ts';
import { project } from '../../project.ts';

/** A project on a base in a folder, whose config is that of an official Python image. */
function projectOn(python: string) {
  const root = mkdtempSync(join(tmpdir(), 'mldeploy-tool-base-'));
  const blobs = join(root, 'base', 'blobs', 'sha256');
  for (const folder of [blobs, join(root, 'model')]) mkdirSync(folder, { recursive: true });
  const put = (mediaType: string, content: object) => {
    const text = JSON.stringify(content);
    const digest = digestOf(text);
    writeFileSync(join(blobs, digest.slice(7)), text);
    return { mediaType, digest, size: text.length };
  };
  const config = put(mediaTypes.config, {
    os: 'linux',
    architecture: 'amd64',
    config: { Env: [`PYTHON_VERSION=${python}`, 'PYTHON_SHA256=00'] },
    rootfs: { type: 'layers', diff_ids: [] },
    history: [
      { created_by: "# debian.sh --arch 'amd64' out/ 'bookworm' '@1'" },
      { created_by: 'RUN echo "$PYTHON_SHA256 *python.tar.xz"' },
    ],
  });
  const manifest = put(mediaTypes.manifest, { schemaVersion: 2, mediaType: mediaTypes.manifest, config, layers: [] });
  writeFileSync(join(root, 'base', 'index.json'), JSON.stringify({ schemaVersion: 2, manifests: [manifest] }));
  return project({ root, repository: 'ghcr.io/a/b', server: 'type: onnxruntime', image: 'base: "oci-layout:base"' });
}

it('the program runs on the base of the image when its Python is new enough, else on another base', async () => {
  expect(await toolBase(projectOn('3.11.9'))).toBe('oci-layout:base');
  expect(await toolBase(projectOn('3.10.14'))).toBe('docker.io/library/python:3.12-slim');
});

it.each([
  ['3.11', 'glibc', '2.31', null],
  ['3.14', 'glibc', '2.28', null],
  ['3.9', 'glibc', '2.36', 'Python 3.9'],
  ['3.12', 'glibc', '2.27', 'glibc 2.27'],
  ['3.12', 'musl', '1.2', 'musl 1.2'],
] as const)('Python %s with %s %s: %s', (version, kind, libc, why) => {
  expect(unfitFor({ executable: '/usr/bin/python3', version, libc: { kind, version: libc } })).toBe(why);
});
