import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Policy } from '../../../src/model/policy.ts';
import { validatePath } from '../../../src/model/validate.ts';
import { silentReporter } from '../../../src/pipeline/reporter.ts';
import * as p from './assembler.ts';

const real = fileURLToPath(new URL('../fixtures/real/', import.meta.url));
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'estimator-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

async function judge(path: string, policy: Partial<Policy> = {}) {
  const { verdict, model, contract } = await validatePath(
    path,
    { policy },
    silentReporter,
    new AbortController().signal,
  );
  return { verdict, contract, features: model.files[0]?.facts['features'] };
}

function rows(width: number, labels: string | null) {
  const outputs = labels === null ? [] : [{ name: 'outputs', dtype: labels, shape: [null] }];
  return { inputs: [{ name: 'inputs', dtype: 'float64', shape: [null, width] }], outputs, source: 'scikit-learn' };
}

// What the estimators themselves said when they were asked (make-estimators.py).
describe('an estimator tells how many numbers stand in a row', () => {
  it.each<[string, number, string | null, string[]?]>([
    ['estimators/sklearn-1.0-frame.joblib', 4, 'string', ['a', 'b', 'c', 'd']],
    ['estimators/sklearn-1.9-frame-scaler.pkl', 4, 'string', ['a', 'b', 'c', 'd']],
    ['estimators/sklearn-1.2-object-labels.pkl', 4, 'string'],
    ['estimators/sklearn-1.9-imputer.pkl', 4, 'int64'],
    ['estimators/sklearn-1.0-gamma.pkl', 4, null],
    ['grid.joblib', 4, 'int64'],
    ['knn.joblib', 2, 'int64'],
    ['random.joblib', 4, null],
    ['pickle/xgboost-3.2-classifier.p5.pkl', 4, null],
    ['pickle/lightgbm-4.7-classifier.joblib', 4, null],
  ])('%s: %i', async (file, width, labels, features) => {
    expect(await judge(real + file)).toEqual({ verdict: 'clean', contract: rows(width, labels), features });
  });
});

describe('nothing is told where it may take something else', () => {
  it.each([
    'estimators/sklearn-1.6-columns.joblib',
    'estimators/sklearn-1.6-categories.pkl',
    'estimators/sklearn-1.8-vote-text.pkl',
    'estimators/sklearn-1.8-imputer-text.joblib',
    'estimators/sklearn-1.9-ordinal.pkl',
    'estimators/sklearn-1.2-categorical-bayes.pkl',
    'estimators/xgboost-3.2-categories.pkl',
    'estimators/lightgbm-4.7-categories.pkl',
    'text.joblib',
    'onehot.p4.pkl',
  ])('%s', async (file) => {
    expect(await judge(real + file)).toEqual({ verdict: 'clean', contract: null, features: undefined });
  });

  it('not by a folder with another model', async () => {
    await cp(`${real}knn.joblib`, join(folder, 'model.joblib'));
    writeFileSync(join(folder, 'README.md'), 'One model.\n');
    expect((await judge(folder)).contract).toEqual(rows(2, 'int64'));
    await cp(`${real}text.joblib`, join(folder, 'text.joblib'));
    expect((await judge(folder)).contract).toBeNull();
  });

  it('the contract of a format with names counts before it', async () => {
    await cp(`${real}knn.joblib`, join(folder, 'model.joblib'));
    await cp(`${real}onnx/skl_KMeans.onnx`, join(folder, 'model.onnx'));
    expect((await judge(folder)).contract?.source).toBe('onnx');
  });

  it('not where code of the project stands before the model', async () => {
    expect((await judge(`${real}knn.joblib`, { ownEntry: true })).contract).toBeNull();
  });

  const ridge = (state: readonly p.Part[]) => [
    p.global('sklearn.linear_model._ridge', 'Ridge'),
    ')\x81}(',
    ...state,
    'ub',
  ];
  const width = (value: readonly p.Part[]) => ridge([p.text('n_features_in_'), ...value]);

  it.each<[string, readonly p.Part[], number | null]>([
    ['a width', width(['K\x03']), 3],
    ['no width', ridge([]), null],
    ['a width of nothing', width(['K\x00']), null],
    ['a negative width', width(['J\xff\xff\xff\xff']), null],
    ['a width that is text', width([p.text('3')]), null],
    ['a list of estimators', [']', ...width(['K\x03']), 'a'], null],
    ['two pickles in a file', [...width(['K\x03']), '.', p.proto(4), ...width(['K\x03'])], null],
  ])('%s', async (_, parts, expected) => {
    const file = join(folder, 'model.pkl');
    writeFileSync(file, p.bytes(p.proto(4), ...parts, '.'));
    expect((await judge(file)).contract).toEqual(expected === null ? null : rows(expected, null));
  });
});
