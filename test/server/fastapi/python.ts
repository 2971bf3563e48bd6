import { execFile } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { keptPython } from '../venv.ts';

const execute = promisify(execFile);
const sources = new URL('../../../src/server/fastapi/', import.meta.url).pathname;
/** All but CatBoost, which alone is as large as the others together. */
const usual = ['server', 'sklearn', 'xgboost', 'lightgbm', 'onnxruntime'] as const;

/**
 * A Python with exactly the packages of the images, made once per user and set of versions.
 * @param names of requirements files
 */
export function serverPython(names: readonly string[] = usual): Promise<string> {
  const files = names.map((name) => join(sources, `requirements-${name}.txt`));
  return keptPython({ name: 'fastapi', requirements: files, hashed: true });
}

/** Writes `model/model.joblib`: a logistic regression on the iris data set that ships with scikit-learn (4 features, 3 classes). */
export async function trainIris(folder: string): Promise<string> {
  const model = join(folder, 'model');
  mkdirSync(model, { recursive: true });
  const script = `
import sys, joblib
from sklearn.datasets import load_iris
from sklearn.linear_model import LogisticRegression
x, y = load_iris(return_X_y=True)
joblib.dump(LogisticRegression(max_iter=1000).fit(x, y), sys.argv[1])`;
  await execute(await serverPython(), ['-c', script, join(model, 'model.joblib')]);
  return model;
}
