import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expect, it } from 'vitest';

import { diskNeed } from '../../src/oci/disk-need.ts';

it('many small files need whole blocks, and folders theirs', () => {
  const files = Array.from({ length: 100_000 }, (_, index) => ({ path: `m/${index % 1000}/${index}`, size: 100 }));
  const blocks = 100_000 * 4096 + 1001 * 4096;
  expect(diskNeed(files)).toBeGreaterThan(blocks);
  expect(diskNeed(files)).toBeLessThan(blocks * 1.1);
});

it('a large file needs little more than it has', () => {
  expect(diskNeed([{ path: 'm/x', size: 1e10 }]) / 1e10).toBeLessThan(1.001);
});

it('is not less than a file system takes', () => {
  const root = mkdtempSync(join(tmpdir(), 'mldeploy-disk-'));
  const files = Array.from({ length: 500 }, (_, index) => ({
    path: `m/${index % 7}/${'n'.repeat(90)}${index}`,
    size: index,
  }));
  for (const { path, size } of files) {
    mkdirSync(join(root, path, '..'), { recursive: true });
    writeFileSync(join(root, path), Buffer.alloc(size, 'x'));
  }
  const taken = readdirSync(root, { recursive: true }).map((path) => statSync(join(root, String(path))).blocks * 512);
  expect(diskNeed(files)).toBeGreaterThan(taken.reduce((sum, bytes) => sum + bytes, 0));
  rmSync(root, { recursive: true });
});
