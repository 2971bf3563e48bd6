import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ruleOf } from '../../../src/model/rules/index.ts';
import { validatePath } from '../../../src/model/validate.ts';
import { silentReporter } from '../../../src/pipeline/reporter.ts';
import type { CaseContent, CorpusCase } from './case.ts';
import { corpus } from './index.ts';

let root: string;
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'corpus-'));
});
afterAll(() => {
  rmSync(root, { recursive: true, force: true });
});

function write(path: string, content: CaseContent): void {
  mkdirSync(dirname(path), { recursive: true });
  if (typeof content === 'object' && 'link' in content) symlinkSync(content.link, path);
  else writeFileSync(path, typeof content === 'function' ? content() : content);
}

/** Writes the case to disk and judges it as a user would. */
async function judge({ files }: CorpusCase) {
  const folder = mkdtempSync(join(root, 'case-'));
  const paths = Object.keys(files);
  for (const [path, content] of Object.entries(files)) write(join(folder, path), content);
  const [only = ''] = paths;
  const path = paths.length === 1 && !only.includes('/') ? join(folder, only) : folder;
  try {
    const { verdict, model } = await validatePath(path, {}, silentReporter, new AbortController().signal);
    const findings = model.files.flatMap(({ findings: found }) => found);
    return { verdict, findings, formats: model.files.map(({ format }) => format) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

describe('the corpus', () => {
  it.each(corpus.map((each) => [each.name, each] as const))('%s', async (_, each) => {
    const { verdict, findings, formats } = await judge(each);
    const rules = [...new Set(findings.map(({ rule }) => rule))];
    const seen = { verdict, rules: rules.filter((rule) => verdict === 'clean' || each.expect.rules.includes(rule)) };
    const wanted = { verdict: each.expect.verdict, rules: each.expect.rules.toSorted() };
    const context = findings.map(({ rule, message, member = '' }) => `${rule} ${member} ${message}`).join('\n');
    expect({ verdict: seen.verdict, rules: seen.rules.toSorted() }, context).toEqual(wanted);
    if (each.expect.format !== undefined) expect(formats).toEqual([each.expect.format]);
    // Messages are for terminals: no control characters, whatever the model contains.
    for (const { message, member = '' } of findings) expect(message + member).not.toMatch(/\p{Cc}/u);
  });
});

describe('the truth about the corpus', () => {
  it('has no case twice', () => {
    const names = corpus.map(({ name }) => name);
    expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
  });

  it('never calls anything but the benign clean, and never the benign anything else', () => {
    const wrong = corpus.filter(({ nature, expect: { verdict } }) => (nature === 'benign') !== (verdict === 'clean'));
    expect(wrong.map(({ name }) => name)).toEqual([]);
  });

  it('names rules that exist, and at least one for everything that is refused', () => {
    for (const { expect: expected, name } of corpus) {
      for (const rule of expected.rules) expect(ruleOf(rule), name).toBeDefined();
      if (expected.verdict === 'clean') continue;
      expect(
        expected.rules.map((rule) => ruleOf(rule).verdict),
        name,
      ).toContain(expected.verdict);
    }
  });
});
