import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Programs and models of these tests. */
export const models = new URL('models/', import.meta.url).pathname;

/** A row of four measures, and the model's scores of the three kinds. */
export interface Setosa {
  readonly row: readonly number[];
  readonly scores: readonly number[];
}

/** Writes `model/model.joblib` and `setosa.json` (models/train_iris.py) with the scikit-learn of this interpreter. */
export function trainIris(folder: string, python: string): void {
  execFileSync(python, [join(models, 'train_iris.py'), folder]);
}

/** What the model says, asked without a server. */
export function setosaOf(folder: string): Setosa {
  return JSON.parse(readFileSync(join(folder, 'setosa.json'), 'utf8')) as Setosa;
}
