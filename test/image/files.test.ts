import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { accessFrom } from '../../src/cli/access.ts';
import { parseConfig } from '../../src/config/load.ts';
import { checkFiles } from '../../src/image/files.ts';
import { silentReporter } from '../../src/pipeline/reporter.ts';

test('a secret that no step of the build mounts is warned about', async () => {
  const root = await mkdtemp(join(tmpdir(), 'secrets-'));
  await writeFile(join(root, 'secret'), 'x');
  const secrets = '{pipconf: secret, pipcnof: secret, token: secret}';
  const text = `version: 1\nname: fraud\nmodel: {path: m}\nimage: {repository: a.b/c, secrets: ${secrets}}\n`;
  const notes: string[] = [];
  await checkFiles({
    config: parseConfig(text, 'mldeploy.yaml', null),
    access: accessFrom({}, { root }),
    evidence: {},
    reporter: { ...silentReporter, note: (level, message) => notes.push(`${level}: ${message}`) },
    signal: new AbortController().signal,
  });
  expect(notes).toEqual([
    'warning: image.secrets has the id `pipcnof`, which the server fastapi does not use; did you mean `pipconf`? Used ids: pipconf, ca.',
    'warning: image.secrets has the id `token`, which the server fastapi does not use. Used ids: pipconf, ca.',
  ]);
});
