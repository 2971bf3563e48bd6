import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
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

  /** Attributes that no estimator has, more than are kept of an object. */
  const many = Array.from({ length: 60 }, (_, index) => [p.text(`a${index}`), 'N']).flat();
  const made = (module: string, name: string, state: readonly p.Part[]) => [
    p.global(module, name),
    ')\x81}(',
    ...state,
    'ub',
  ];
  const list = (...items: readonly (readonly p.Part[])[]) => ['](', ...items.flat(), 'e'];
  const three = width(['K\x03']);
  const voting = (...state: readonly p.Part[]) => made('sklearn.ensemble._voting', 'VotingRegressor', state);
  const named = (...names: readonly string[]) =>
    ridge([
      p.text('n_features_in_'),
      'K\x02',
      p.text('feature_names_in_'),
      ...list(...names.map((name) => [p.text(name)])),
    ]);
  const text = made('sklearn.feature_extraction.text', 'TfidfVectorizer', []);

  it.each<[string, readonly p.Part[], number | null]>([
    ['a width', width(['K\x03']), 3],
    ['no width', ridge([]), null],
    ['a width of nothing', width(['K\x00']), null],
    ['a negative width', width(['J\xff\xff\xff\xff']), null],
    ['a width that is text', width([p.text('3')]), null],
    ['a list of estimators', [']', ...width(['K\x03']), 'a'], null],
    ['two pickles in a file', [...width(['K\x03']), '.', p.proto(4), ...width(['K\x03'])], null],
    [
      'a width, and another one among attributes that are not kept',
      ridge([p.text('n_features_in_'), 'K\x03', ...many, p.text('n_features_in_'), 'K\x04']),
      null,
    ],
    ['a vote of three that take the same', voting(p.text('estimators_'), ...list(three, three, three)), 3],
    ['a vote of one that takes text and another', voting(p.text('estimators_'), ...list(three, text)), null],
    [
      'a vote of one that takes more and another',
      voting(p.text('estimators_'), ...list(three, width(['K\x04']))),
      null,
    ],
    [
      'a vote that is told how many there are',
      voting(p.text('estimators_'), ...list(three, width(['K\x02'])), p.text('n_features_in_'), 'K\x05'),
      5,
    ],
    ['a vote of nobody', voting(p.text('estimators_'), ']'), null],
    ['a vote of more attributes than are kept', voting(p.text('estimators_'), ...list(three), ...many), null],
  ])('%s', async (_, parts, expected) => {
    const file = join(folder, 'model.pkl');
    writeFileSync(file, p.bytes(p.proto(4), ...parts, '.'));
    expect((await judge(file)).contract).toEqual(expected === null ? null : rows(expected, null));
  });

  it.each([
    ['the names of all', [named('a', 'b'), named('a', 'b')], ['a', 'b']],
    ['no rows, where their names differ', [named('a', 'b'), named('b', 'a')], null],
  ])('%s', async (_, all, features) => {
    const file = join(folder, 'model.pkl');
    writeFileSync(file, p.bytes(p.proto(4), ...voting(p.text('estimators_'), ...list(...all)), '.'));
    const found = await judge(file);
    expect([found.features, found.contract]).toEqual(features === null ? [undefined, null] : [features, rows(2, null)]);
  });

  it.each([
    ['a booster', [], rows(4, null)],
    ['a booster with more attributes than are kept', many, null],
    ['a booster that may take categories', [p.text('enable_categorical'), '\x88'], null],
    ['a booster that is told otherwise later', [p.text('feature_types'), p.text('c')], null],
    ['a booster that is none', [p.text('_Booster'), 'N'], null],
  ])('%s', async (_, more, expected) => {
    const whole = readFileSync(`${real}pickle/xgboost-3.2-classifier.p5.pkl`);
    // The attributes end with `ub.`; the only frame is as long as the file.
    const end = whole.lastIndexOf('ub.');
    const content = p.bytes(whole.subarray(0, end), ...more, whole.subarray(end));
    content.writeBigUInt64LE(BigInt(content.length - 11), 3);
    const file = join(folder, 'model.pkl');
    writeFileSync(file, content);
    const found = await judge(file);
    expect([found.verdict, found.contract]).toEqual(['clean', expected]);
  });
});
