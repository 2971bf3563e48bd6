import { mkdirSync, mkdtempSync, cpSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { validateStage } from '../../../src/model/stage.ts';
import type { ValidateEvidence } from '../../../src/pipeline/evidence.ts';
import { chooseModelFile } from '../../../src/server/fastapi/loaders.ts';
import { project } from '../../image/project.ts';

const real = new URL('../../model/fixtures/real/', import.meta.url).pathname;

/** What validate really says about these fixtures. */
async function evidenceOf(...fixtures: readonly string[]): Promise<ValidateEvidence> {
  const root = mkdtempSync(join(tmpdir(), 'mldeploy-loaders-'));
  mkdirSync(join(root, 'model'));
  for (const name of fixtures) cpSync(join(real, name), join(root, 'model', basename(name)), { recursive: true });
  return validateStage.run(project({ root, repository: 'ghcr.io/acme/iris' }));
}

describe('model files that the server loads', () => {
  it.each([
    ['trees/xgboost-binary.json', 'xgboost-json', ['xgboost']],
    ['trees/xgboost-binary.ubj', 'xgboost', ['xgboost']],
    ['trees/lightgbm-binary.txt', 'lightgbm', ['lightgbm']],
    ['trees/catboost-classes.cbm', 'catboost', ['catboost']],
    ['onnx/skl_KMeans.onnx', 'onnx', ['onnxruntime']],
    ['knn.joblib', 'joblib', ['sklearn']],
    ['onehot.p4.pkl', 'pickle', ['sklearn']],
    // Only joblib unpacks.
    ['onehot.pkl.gz', 'joblib', ['sklearn']],
    ['gradient.joblib', 'joblib', ['sklearn']],
    ['random.joblib', 'joblib', ['sklearn']],
    ['pickle/xgboost-3.2-classifier.p5.pkl', 'pickle', ['sklearn', 'xgboost']],
    ['pickle/lightgbm-4.7-classifier.joblib', 'joblib', ['sklearn', 'lightgbm']],
    ['pickle/catboost-1.2-classifier.p4.pkl', 'pickle', ['sklearn', 'catboost']],
  ])('%s has the format %s and needs %j', async (fixture, format, names) => {
    const file = chooseModelFile(await evidenceOf(fixture));
    expect(file).toMatchObject({ path: basename(fixture), format });
    expect(file.requirements).toEqual(names.map((name) => `requirements-${name}.txt`));
  });

  it('is chosen among documents', async () => {
    const evidence = await evidenceOf('trees/lightgbm-binary.txt', 'mlflow/xgboost/requirements.txt');
    expect(chooseModelFile(evidence).path).toBe('lightgbm-binary.txt');
  });
});

describe('models that it refuses', () => {
  it.each([
    [['torch/sd.pt'], /holds sd.pt \(.*\)\. By itself it loads one file of scikit-learn/],
    [['mlflow/sklearn/conda.yaml'], /holds no model file/],
    [
      ['trees/xgboost-binary.ubj', 'knn.joblib'],
      /which of 2 model files to load: knn.joblib \(joblib\), xgboost-binary.ubj \(xgboost\)/,
    ],
  ])('%j', async (fixtures, message) => {
    const evidence = await evidenceOf(...fixtures);
    expect(() => chooseModelFile(evidence)).toThrow(
      expect.objectContaining({
        code: 'build/no-loader',
        kind: 'usage',
        message: expect.stringMatching(message) as string,
        hint: expect.stringContaining('def predict(model, inputs)') as string,
      }),
    );
  });

  it.each([
    ['pickle/imbalanced-learn-0.14.p4.pkl', 'imblearn'],
    ['pickle/pandas-2-frame.joblib', 'pandas'],
  ])('%s for its packages', async (fixture, name) => {
    const evidence = await evidenceOf(fixture);
    expect(() => chooseModelFile(evidence)).toThrow(
      expect.objectContaining({
        code: 'build/missing-package',
        message: expect.stringContaining(`names ${name}, which`) as string,
      }),
    );
  });
});
