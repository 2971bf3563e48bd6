import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { validatePath } from '../../src/model/validate.ts';
import { silentReporter } from '../../src/pipeline/reporter.ts';

const fixtures = fileURLToPath(new URL('fixtures/', import.meta.url));

async function judge(path: string) {
  const { verdict, model } = await validatePath(fixtures + path, {}, silentReporter, new AbortController().signal);
  const [file] = model.files;
  return { verdict, rules: (file?.findings ?? []).map(({ rule }) => rule), format: file?.format, facts: file?.facts };
}

const files = (folder: string): string[] => readdirSync(fixtures + folder).map((name) => `${folder}/${name}`);

// Written by make-containers.py with torch 2.15, NumPy 2.4, skops 0.16 and Python's tarfile.
describe('containers of the real libraries are clean', () => {
  const folders = ['real/torch', 'real/numpy', 'real/skops', 'real/tar'];
  it.each(folders.flatMap(files))('%s', async (path) => {
    const { verdict, rules } = await judge(path);
    // Advice on the size of checkpoints is no alarm.
    expect([verdict, rules.filter((rule) => !rule.startsWith('size/'))]).toEqual(['clean', []]);
  });
});

describe('programs of the real libraries', () => {
  it.each(files('programs'))('%s is inconclusive for that reason alone', async (path) => {
    const { verdict, rules } = await judge(path);
    expect([verdict, rules]).toEqual(['inconclusive', ['torch/program']]);
  });
});

describe('what is said about a PyTorch file', () => {
  it('counts the tensors of a state dict', async () => {
    const { format, facts } = await judge('real/torch/sd.pt');
    expect(format).toBe('torch');
    expect(facts).toMatchObject({ members: 16, storages: 10, tensors: 10, parameters: 94, dtypes: ['F32', 'I64'] });
  });
});
