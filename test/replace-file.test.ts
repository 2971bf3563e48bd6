import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, expect, it } from 'vitest';

import { replaceFile } from '../src/replace-file.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'mldeploy-replace-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

it('lets writers of one process write the same file at once, and leaves one whole content and nothing else', async () => {
  const path = join(folder, 'a/b/facts.json');
  const contents = Array.from({ length: 50 }, (_, index) => String(index).repeat(10_000));
  await Promise.all(contents.map((content) => replaceFile(path, content)));
  expect(contents).toContain(readFileSync(path, 'utf8'));
  expect(readdirSync(join(folder, 'a/b'))).toEqual(['facts.json']);
});

it('leaves no draft where the file cannot be replaced', async () => {
  await replaceFile(join(folder, 'taken/file'), 'x');
  await expect(replaceFile(join(folder, 'taken'), 'y')).rejects.toThrow();
  expect(readdirSync(folder)).toEqual(['taken']);
});
