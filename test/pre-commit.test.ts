import { execFileSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { commands } from '../src/cli/commands/index.ts';
import { version } from '../src/version.ts';

const root = new URL('..', import.meta.url).pathname;
const [hook] = parse(readFileSync(join(root, '.pre-commit-hooks.yaml'), 'utf8')) as Record<string, string>[];

describe('the pre-commit hook', () => {
  it('runs a program that is there, with a command and options that there are', async () => {
    const [program = '', command, ...options] = (hook?.['entry'] ?? '').split(' ');
    expect(statSync(join(root, program)).mode & 0o111).not.toBe(0);
    expect(execFileSync(join(root, program), ['--version'], { encoding: 'utf8' })).toBe(`${version}\n`);
    const { options: known } = (await commands.find(({ name }) => name === command)?.load()) ?? { options: [] };
    for (const option of options) expect(known.some(({ flags }) => flags.includes(option))).toBe(true);
  });

  it('is asked about models, and not about everything', () => {
    const files = new RegExp(hook?.['files'] ?? '');
    for (const name of ['a.pkl', 'm/model.safetensors', 'x.joblib.gz', 'model-00001-of-00002.gguf']) {
      expect(files.test(name), name).toBe(true);
    }
    for (const name of ['a.py', 'pkl', 'README.md', 'data.bin.txt', 'config.json'])
      expect(files.test(name), name).toBe(false);
  });
});
