import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expect, it } from 'vitest';

import { readProjectFile } from '../../src/server/project-file.ts';

it('gives a text as it is, and refuses one that would be another in the image', async () => {
  const root = mkdtempSync(join(tmpdir(), 'mldeploy-file-'));
  try {
    const text = '\ufeffname = "M\u00fcller"\r\n';
    writeFileSync(join(root, 'a.py'), text);
    writeFileSync(join(root, 'b.py'), Buffer.from('name = "M\u00fcller"', 'latin1'));
    expect(await readProjectFile(root, 'a.py', 'server.entry')).toBe(text);
    await expect(readProjectFile(root, 'b.py', 'server.entry')).rejects.toMatchObject({
      code: 'build/not-utf8',
      message: 'server.entry names b.py, which is not UTF-8',
    });
    await expect(readProjectFile(root, 'c.py', 'server.entry')).rejects.toMatchObject({ code: 'build/file-missing' });
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
});
