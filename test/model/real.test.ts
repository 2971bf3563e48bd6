import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { validatePath } from '../../src/model/validate.ts';
import { silentReporter } from '../../src/pipeline/reporter.ts';

const folder = fileURLToPath(new URL('fixtures/real/', import.meta.url));

// Written by make-real.py with scikit-learn 1.9, NumPy 2.4 and joblib 1.6.
describe('files of the real libraries are clean', () => {
  it.each(readdirSync(folder))('%s', async (name) => {
    const { verdict, model } = await validatePath(folder + name, {}, silentReporter, new AbortController().signal);
    const rules = model.files.flatMap(({ findings }) => findings.map(({ rule }) => rule));
    // Advice on the size of checkpoints is no alarm.
    expect([verdict, rules.filter((rule) => !rule.startsWith('size/'))]).toEqual(['clean', []]);
  });

  it('accounts for the arrays that joblib puts between the opcodes', async () => {
    const { model } = await validatePath(`${folder}arrays.joblib`, {}, silentReporter, new AbortController().signal);
    const [file] = model.files;
    expect(file?.format).toBe('joblib');
    expect(file?.facts['arrays']).toBeGreaterThan(10);
    expect(file?.facts['arrayBytes']).toBeGreaterThan(4000);
  });
});
