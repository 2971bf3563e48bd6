import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { cacheFolder, cacheKey } from '../../cluster/build/cache.ts';
import { withLock } from '../../cluster/build/lock.ts';
import { installPackages } from '../../cluster/requirements.ts';

const execute = promisify(execFile);
const sources = new URL('../../../src/server/fastapi/', import.meta.url).pathname;
/** All but CatBoost, which alone is as large as the others together. */
const usual = ['server', 'sklearn', 'xgboost', 'lightgbm', 'onnxruntime'] as const;

/**
 * A Python with exactly the packages of the images, made once per user and set of versions.
 * @param names of requirements files
 */
export async function serverPython(names: readonly string[] = usual): Promise<string> {
  const files = names.map((name) => join(sources, `requirements-${name}.txt`));
  const key = cacheKey(files.map((file) => readFileSync(file, 'utf8')));
  const folder = join(cacheFolder(), 'venvs', `fastapi-${key}`);
  const python = join(folder, 'bin/python');
  if (existsSync(join(folder, 'complete'))) return python;
  mkdirSync(join(cacheFolder(), 'venvs'), { recursive: true });
  const say = (): void => console.log('waiting for another test run that installs the Python packages');
  await withLock(`${folder}.lock`, say, async () => {
    if (existsSync(join(folder, 'complete'))) return;
    await installPackages((line) => console.log(line), { 'python3-venv': '/usr/share/doc/python3-venv/copyright' });
    rmSync(folder, { recursive: true, force: true });
    await execute('/usr/bin/python3', ['-m', 'venv', folder]);
    const pip = ['-m', 'pip', 'install', '-q', '--disable-pip-version-check', '--require-hashes'];
    await execute(python, [...pip, ...files.flatMap((file) => ['-r', file])]);
    mkdirSync(join(folder, 'complete.part'));
    renameSync(join(folder, 'complete.part'), join(folder, 'complete'));
  });
  return python;
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
