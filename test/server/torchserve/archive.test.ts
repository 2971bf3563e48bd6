import { execFileSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expect, it } from 'vitest';

import { validatePath } from '../../../src/model/validate.ts';
import { silentReporter } from '../../../src/pipeline/reporter.ts';
import { modelArchive } from '../../../src/server/torchserve/archive.ts';
import { zip } from '../../../src/server/torchserve/zip.ts';

const facts = { name: 'm', settings: { file: 'm.pt', inputs: [], outputs: [] }, entry: 'def load(d): ...\n' };

it('the same facts give the same archive, whose two directories agree', async () => {
  const archive = await modelArchive(facts);
  expect(Buffer.compare(archive, await modelArchive({ ...facts }))).toBe(0);
  const folder = mkdtempSync(join(tmpdir(), 'mldeploy-mar-'));
  writeFileSync(join(folder, 'm.mar'), archive);
  const result = await validatePath(
    join(folder, 'm.mar'),
    { name: 'm.mar' },
    silentReporter,
    new AbortController().signal,
  );
  const rules = JSON.stringify(result).match(/"rule":"[^"]*"/g) ?? [];
  expect(rules.filter((rule) => rule.includes('zip/'))).toEqual([]);
  expect(JSON.stringify(result)).toContain('"mar"');
});

it('is read back by another program, names beyond ASCII included', () => {
  const folder = mkdtempSync(join(tmpdir(), 'mldeploy-zip-'));
  const file = join(folder, 'a.zip');
  const entries = { 'ünï/cödé.txt': 'content', empty: '', 'a/b': 'x'.repeat(70_000) };
  writeFileSync(file, zip(Object.entries(entries).map(([path, text]) => ({ path, content: Buffer.from(text) }))));
  const script =
    'import zipfile, json, sys; z = zipfile.ZipFile(sys.argv[1]); assert z.testzip() is None; print(json.dumps({i.filename: z.read(i).decode() for i in z.infolist()}))';
  expect(JSON.parse(execFileSync('python3', ['-c', script, file], { encoding: 'utf8' }))).toEqual(entries);
});
