import { gzipSync, zstdCompressSync } from 'node:zlib';

import { describe, expect, it } from 'vitest';

import { foundPython, officialPython } from '../../../../src/image/builders/oci/base-python.ts';
import { layerFacts, type LayerFacts } from '../../../../src/image/builders/oci/layer-facts.ts';
import { memoryBlob } from '../../../../src/oci/blob.ts';
import { digestOf, mediaTypes, type ImageConfigFile } from '../../../../src/oci/manifest.ts';
import { TarStream } from '../../../../src/oci/tar-blob.ts';
import type { LayerEntry } from '../../../../src/oci/tar-entry.ts';

function config(Env: readonly string[], steps: readonly string[] = []): ImageConfigFile {
  return {
    os: 'linux',
    architecture: 'amd64',
    config: { Env },
    rootfs: { type: 'layers', diff_ids: [] },
    history: steps.map((created_by) => ({ created_by })),
  };
}

const file = (path: string, text = ''): LayerEntry => ({
  kind: 'bytes',
  path,
  mode: 0o755,
  content: Buffer.from(text),
});
const link = (path: string, target: string): LayerEntry => ({ kind: 'symlink', path, target });

async function tarOf(...entries: LayerEntry[]): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  for await (const piece of new TarStream(entries).read(0)) pieces.push(piece);
  return Buffer.concat(pieces);
}

async function factsOf(...entries: LayerEntry[]): Promise<LayerFacts> {
  const packed = gzipSync(await tarOf(...entries));
  const digest = digestOf(packed);
  const mediaType = `${mediaTypes.layer}+gzip`;
  return layerFacts(memoryBlob(packed, digest), { mediaType, digest, size: packed.length });
}

const banner = 'GNU C Library (Debian GLIBC 2.36-9+deb12u10) stable release version 2.36.\nCopyright';

describe('the Python of a base', () => {
  it('is told by the config of the official images, when the C library is known too', () => {
    const steps = [
      "# debian.sh --arch 'amd64' out/ 'bookworm' '@1760000000'",
      'RUN /bin/sh -c set -eux; wget -O python.tar.xz; echo "$PYTHON_SHA256 *python.tar.xz"; python3 --version',
    ];
    const env = ['PATH=/usr/local/bin:/usr/bin', 'PYTHON_VERSION=3.12.11'];
    expect(officialPython(config(env, steps))).toEqual({
      executable: '/usr/local/bin/python3.12',
      version: '3.12',
      libc: { kind: 'glibc', version: '2.36' },
    });
    expect(
      officialPython(config(env, ['ADD alpine-minirootfs-3.22.1-x86_64.tar.gz / # buildkit', ...steps.slice(1)])),
    ).toBeNull();
    expect(officialPython(config(['PATH=/usr/bin'], steps))).toBeNull();
  });

  it('is found by the names in the layers, through links of files and folders', async () => {
    const debian = await factsOf(
      link('bin', 'usr/bin'),
      file('usr/bin/python3.11', 'program'),
      link('usr/bin/python3', 'python3.11'),
      file('usr/lib/x86_64-linux-gnu/libc.so.6', `\u007fELF ${banner}`),
    );
    const base = config(['PATH=/usr/local/bin:/bin']);
    expect(foundPython(base, [debian], 'base')).toEqual({
      executable: '/usr/bin/python3.11',
      version: '3.11',
      libc: { kind: 'glibc', version: '2.36' },
    });
    // A later layer's link wins, and PATH decides between several.
    const newer = await factsOf(
      file('opt/python/bin/python3.13'),
      link('usr/local/bin/python3', '/opt/python/bin/python3.13'),
    );
    expect(foundPython(base, [debian, newer], 'base')).toMatchObject({ executable: '/opt/python/bin/python3.13' });
  });

  it('is not one that a higher layer removes', async () => {
    const lower = await factsOf(
      file('usr/local/bin/python3.9'),
      link('usr/local/bin/python3', 'python3.9'),
      file('usr/bin/python3.11'),
      link('usr/bin/python3', 'python3.11'),
      file('usr/lib/libc.so.6', `\u007fELF ${banner}`),
    );
    const base = config(['PATH=/usr/local/bin:/usr/bin']);
    expect(foundPython(base, [lower], 'base').version).toBe('3.9');
    const marks = ['usr/local/bin/.wh..wh..opq', 'usr/local/.wh.bin'];
    for (const mark of marks) {
      expect(foundPython(base, [lower, await factsOf(file(mark))], 'base').executable).toBe('/usr/bin/python3.11');
    }
    // Not even when something else takes its place.
    const upper = await factsOf(link('usr/local/bin/python3', 'python3.13'), file('usr/local/bin/.wh.python3.9'));
    expect(foundPython(base, [lower, upper], 'base').executable).toBe('/usr/bin/python3.11');
  });

  it('is found without delay below 50000 files and marks', { timeout: 20_000 }, () => {
    const names = (name: string, length = 50_000): string[] =>
      Array.from({ length }, (_, index) => `opt/${index}/bin/${name}`);
    const none = { links: {}, glibc: '2.36', musl: false, removed: [], files: [] };
    const lower: LayerFacts = { ...none, files: ['usr/bin/python3.12', ...names('python3')] };
    const upper: LayerFacts = { ...none, removed: names('python2'), links: { 'usr/bin/python3': 'python3.12' } };
    const path = `PATH=${names('', 500).join(':')}:/usr/bin`;
    expect(foundPython(config([path]), [lower, upper], 'base').executable).toBe('/usr/bin/python3.12');
  });

  it('is told by its standard library where no name tells the version, and on musl', async () => {
    const facts = await factsOf(
      file('opt/conda/bin/python3'),
      file('opt/conda/lib/python3.10/os.py'),
      file('lib/ld-musl-x86_64.so.1'),
    );
    expect(foundPython(config(['PATH=/opt/conda/bin']), [facts], 'base')).toEqual({
      executable: '/opt/conda/bin/python3',
      version: '3.10',
      libc: { kind: 'musl', version: '1.2' },
    });
  });

  it('is missing, leads in a circle, or has an unknown C library: an error that names the base', async () => {
    const circle = await factsOf(link('bin/python3', 'python3'), file('lib/ld-musl-x86_64.so.1'));
    for (const layers of [[], [circle]]) {
      expect(() => foundPython(config(['PATH=/bin']), layers, 'acme/base:1')).toThrow(/acme\/base:1 has no python3/);
    }
    const alone = await factsOf(file('bin/python3.12'), link('bin/python3', 'python3.12'));
    expect(() => foundPython(config(['PATH=/bin']), [alone], 'acme/base:1')).toThrow(/neither glibc nor musl/);
  });
});

describe('a layer of the base', () => {
  const read = (packed: Buffer, kind: string, digest = digestOf(packed)): Promise<LayerFacts> =>
    layerFacts(memoryBlob(packed, digest), { mediaType: `${mediaTypes.layer}${kind}`, digest, size: packed.length });

  it('is refused when it is not what its digest says, although it can be read', async () => {
    const packed = gzipSync(await tarOf(file('usr/bin/python3.12')));
    await expect(read(packed, '+gzip', digestOf('another one'))).rejects.toMatchObject({
      code: 'build/bad-layout',
      message: expect.stringContaining(`its bytes have the digest ${digestOf(packed)}`) as string,
    });
  });

  it.each([
    ['+gzip', (tar: Buffer) => gzipSync(tar).subarray(0, 60)],
    ['+zstd', (tar: Buffer) => zstdCompressSync(tar).subarray(0, 60)],
    ['+zstd', () => Buffer.from('no zstd at all')],
    ['', (tar: Buffer) => tar.subarray(0, 512)],
    ['', () => Buffer.alloc(1024, 'x')],
  ])('that is damaged is an error with its name (%s)', async (kind, damage) => {
    const packed = damage(await tarOf(file('usr/bin/python3.12', 'x'.repeat(5000))));
    await expect(read(packed, kind)).rejects.toMatchObject({
      code: 'build/bad-layout',
      message: expect.stringContaining(digestOf(packed)) as string,
    });
  });
});
