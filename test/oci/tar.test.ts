import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { TarStream } from '../../src/oci/tar-blob.ts';
import type { LayerEntry } from '../../src/oci/tar-entry.ts';
import { tarHeader, tarHeaderSize } from '../../src/oci/tar.ts';

async function bytesOf(stream: TarStream, start = 0): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  for await (const piece of stream.read(start)) pieces.push(piece);
  return Buffer.concat(pieces);
}

function folder(): string {
  return mkdtempSync(join(tmpdir(), 'mldeploy-tar-'));
}

function file(path: string, source: string): LayerEntry {
  return { kind: 'file', path, mode: 0o444, source, size: statSync(source).size };
}

describe('tar stream', () => {
  it('is read by tar with the paths, contents, owners, modes and times that were meant', async () => {
    const home = folder();
    const long = `model/${'deep/'.repeat(60)}weights.bin`;
    const paths = [
      'model/model.joblib',
      'model/naïve gewichte\n2.bin',
      long,
      `model/${'x'.repeat(160)}`,
      'model/empty',
    ];
    const entries = paths.map((path, index) => {
      const source = join(home, String(index));
      writeFileSync(source, path === 'model/empty' ? '' : `content of ${path}`.repeat(index * 50 + 1));
      return file(path, source);
    });
    const stream = new TarStream([{ kind: 'folder', path: 'model/', mode: 0o555 }, ...entries]);
    const archive = join(home, 'archive.tar');
    writeFileSync(archive, await bytesOf(stream));
    expect(statSync(archive).size).toBe(stream.size);

    const listed = execFileSync('tar', [
      '--utc',
      '--full-time',
      '--numeric-owner',
      '--quoting-style=c',
      '-tvf',
      archive,
    ])
      .toString()
      .trim()
      .split('\n');
    expect(listed[0]).toMatch(/^dr-xr-xr-x 0\/0 +0 1970-01-01 00:00:00 "model\/"$/);
    expect(listed[1]).toMatch(/^-r--r--r-- 0\/0 +29 1970-01-01 00:00:00 "model\/model.joblib"$/);
    expect(listed).toHaveLength(paths.length + 1);

    const out = folder();
    execFileSync('tar', [
      '-xf',
      archive,
      '-C',
      out,
      '--no-same-permissions',
      '--mode=u+w',
      '--delay-directory-restore',
    ]);
    for (const [index, path] of paths.entries()) {
      expect(readFileSync(join(out, path))).toEqual(readFileSync(join(home, String(index))));
    }
  });

  it('does not depend on times and owners, and reads on from any byte', async () => {
    const home = folder();
    const a = join(home, 'a');
    writeFileSync(a, 'x'.repeat(70_000));
    const first = new TarStream([file('model/a', a)]);
    const whole = await bytesOf(first);
    utimesSync(a, 1, 1);
    expect((await bytesOf(new TarStream([file('model/a', a)]))).equals(whole)).toBe(true);
    for (const start of [1, 511, 512, 513, 40_000, whole.length - 1024, whole.length - 1]) {
      expect((await bytesOf(first, start)).equals(whole.subarray(start))).toBe(true);
    }
  });

  it('knows how long a header is without making it', () => {
    const paths = [
      'a',
      'ä',
      'x'.repeat(100),
      'x'.repeat(101),
      `${'d/'.repeat(90)}x`,
      `${'long/'.repeat(200)}x`,
      'a\nb',
    ];
    for (const path of paths) {
      for (const size of [0, 1, 8 * 2 ** 30 - 1, 8 * 2 ** 30, 2 ** 50]) {
        const entry = { path, kind: 'file', mode: 0o444, size } as const;
        expect(tarHeaderSize(entry), `${path} ${size}`).toBe(tarHeader(entry).length);
      }
    }
    for (const target of ['t', 't'.repeat(101), 'ü']) {
      const entry = { path: 'link', kind: 'symlink', mode: 0o777, size: 0, target } as const;
      expect(tarHeaderSize(entry)).toBe(tarHeader(entry).length);
    }
  });

  it('gives sizes from 8 GiB on in a PAX record', () => {
    const size = 8 * 2 ** 30;
    expect(tarHeader({ path: 'a', kind: 'file', mode: 0o444, size: size - 1 })).toHaveLength(512);
    const header = tarHeader({ path: 'a', kind: 'file', mode: 0o444, size });
    expect(header).toHaveLength(3 * 512);
    expect(header.toString('latin1')).toContain(`size=${size}\n`);
  });
});
