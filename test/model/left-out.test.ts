import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { validatePath, type ValidateOptions } from '../../src/model/validate.ts';
import { silentReporter } from '../../src/pipeline/reporter.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'left-out-'));
  writeFileSync(join(root, 'config.json'), '{}');
});
afterEach(() => {
  rmSync(root, { recursive: true, force: true });
});

async function judge(options: ValidateOptions = {}) {
  const notes: string[] = [];
  const reporter = { ...silentReporter, note: (_: unknown, message: string) => notes.push(message) };
  const { model, summary, verdict } = await validatePath(
    root,
    { name: 'model', ...options },
    reporter,
    new AbortController().signal,
  );
  return { digest: model.digest, paths: model.files.map(({ path }) => path), summary, verdict, notes };
}

function putOwn(): void {
  mkdirSync(join(root, '.git'));
  mkdirSync(join(root, '.cache/huggingface/download'), { recursive: true });
  for (const path of ['.git/HEAD', '.DS_Store', '.cache/huggingface/.gitignore', '.cache/huggingface/download/a.lock'])
    writeFileSync(join(root, path), '');
}

describe('what tools keep for themselves', () => {
  it('is named, and neither in the evidence, from which images are packed, nor in the digest', async () => {
    const before = await judge();
    expect(before.notes).toEqual([]);
    putOwn();
    const after = await judge();
    const note = 'left out, neither checked nor packed: .DS_Store, .cache/huggingface, .git';
    expect(after).toMatchObject({ verdict: 'clean', paths: ['config.json'], digest: before.digest });
    expect(after.notes).toEqual([`model: ${note}`]);
    expect(after.summary).toMatch(new RegExp(`; ${note}$`));
  });

  it('is judged where it has been packed already', async () => {
    putOwn();
    const { verdict, paths, notes } = await judge({ everything: true });
    expect({ verdict, notes }).toEqual({ verdict: 'inconclusive', notes: [] });
    expect(paths).toHaveLength(5);
  });

  it('alone is no model', async () => {
    rmSync(join(root, 'config.json'));
    putOwn();
    await expect(judge()).rejects.toMatchObject({ code: 'model/empty' });
  });
});
