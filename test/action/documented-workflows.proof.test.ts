import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { goBuild } from '../cluster/build/go-build.ts';
import { actionlint } from '../cluster/build/recipes/actionlint.ts';
import { CommandError, sh } from '../cluster/shell.ts';
import { documentedWorkflows } from './documented-workflows.ts';

it('actionlint has nothing to say about the workflows of the documentation', async () => {
  const { bin } = await goBuild(actionlint, (line) => process.stdout.write(`${line}\n`));
  const folder = mkdtempSync(join(tmpdir(), 'actionlint-'));
  mkdirSync(join(folder, '.github/workflows'), { recursive: true });
  await sh('git', ['-C', folder, 'init', '-q']);
  // Labels of one's own have to be declared to it.
  writeFileSync(join(folder, '.github/actionlint.yaml'), 'self-hosted-runner:\n  labels: [gpu]\n');
  const files = documentedWorkflows().map(({ page, text }, index) => {
    const file = `.github/workflows/${page.replaceAll(/\W/g, '-')}-${index}.yml`;
    // One without a name of its own is still a workflow.
    writeFileSync(join(folder, file), text);
    return file;
  });
  const said = await sh(join(bin, 'actionlint'), ['-no-color', ...files], { cwd: folder }).catch((error: unknown) => {
    if (error instanceof CommandError) return error;
    throw error;
  });
  expect(said.stdout).toBe('');
});
