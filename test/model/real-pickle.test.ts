import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { validatePath } from '../../src/model/validate.ts';
import { silentReporter } from '../../src/pipeline/reporter.ts';

const folder = fileURLToPath(new URL('fixtures/real/pickle/', import.meta.url));

async function judge(name: string) {
  const { verdict, model } = await validatePath(folder + name, {}, silentReporter, new AbortController().signal);
  const rules = model.files.flatMap(({ findings }) => findings.map(({ rule }) => rule));
  return { verdict, rules, facts: model.files[0]?.facts ?? {} };
}

// Written by make-pickle.py and make-real.py with the releases that their names tell, from Python 3.7 to 3.12.
describe('pickles of the real libraries are clean', () => {
  it.each(readdirSync(folder))('%s', async (name) => {
    const { verdict, rules } = await judge(name);
    expect([verdict, rules]).toEqual(['clean', []]);
  });

  it.each([
    ['xgboost-3.2-classifier.p5.pkl', 'xgboost'],
    ['xgboost-1.7-booster.p2.pkl', 'xgboost'],
    ['lightgbm-4.7-classifier.joblib', 'lightgbm'],
    ['catboost-1.2-classifier.p4.pkl', 'catboost'],
    ['catboost-1.2.p2.pkl', 'catboost'],
  ])('%s: the booster in it is checked', async (name, format) => {
    const { facts } = await judge(name);
    expect(facts['models']).toEqual([format]);
  });

  // What torch.load(weights_only=True) of 2.15 said to the same files.
  it.each([
    ['torch-2.15-state.pt', true],
    ['torch-2.15-quantised.pt', true],
    ['torch-2.15-state-legacy.pt', true],
    ['torch-2.15-dtypes-legacy.pt', true],
    ['torch-2.15-parameter-legacy.pt', true],
    ['torch-2.15-module.pt', false],
  ])('%s: loads with weights_only: %s', async (name, loads) => {
    const { facts } = await judge(name);
    expect(facts['weightsOnly']).toBe(loads);
    if (loads) expect(facts['weightsOnlySafeFrom']).toBe('2.10.0');
    else expect(facts['weightsOnlyBecause']).toMatch(/whole layers instead of a state dict: torch\.nn/);
  });
});
