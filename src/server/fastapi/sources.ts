// Each file by its own literal URL: that form is what the bundler looks for.
import { readFile } from 'node:fs/promises';

const serverModules = {
  '__init__.py': new URL('./__init__.py', import.meta.url),
  '__main__.py': new URL('./__main__.py', import.meta.url),
  'app.py': new URL('./app.py', import.meta.url),
  'errors.py': new URL('./errors.py', import.meta.url),
  'gate.py': new URL('./gate.py', import.meta.url),
  'loaders/__init__.py': new URL('./loaders/__init__.py', import.meta.url),
  'loaders/catboost_model.py': new URL('./loaders/catboost_model.py', import.meta.url),
  'loaders/lightgbm_booster.py': new URL('./loaders/lightgbm_booster.py', import.meta.url),
  'loaders/onnx_session.py': new URL('./loaders/onnx_session.py', import.meta.url),
  'loaders/pickled.py': new URL('./loaders/pickled.py', import.meta.url),
  'loaders/xgboost_booster.py': new URL('./loaders/xgboost_booster.py', import.meta.url),
  'log.py': new URL('./log.py', import.meta.url),
  'metrics.py': new URL('./metrics.py', import.meta.url),
  'model.py': new URL('./model.py', import.meta.url),
  'rows.py': new URL('./rows.py', import.meta.url),
  'settings.py': new URL('./settings.py', import.meta.url),
};

const requirements = {
  'requirements-catboost.txt': new URL('./requirements-catboost.txt', import.meta.url),
  'requirements-lightgbm.txt': new URL('./requirements-lightgbm.txt', import.meta.url),
  'requirements-onnxruntime-gpu.txt': new URL('./requirements-onnxruntime-gpu.txt', import.meta.url),
  'requirements-onnxruntime.txt': new URL('./requirements-onnxruntime.txt', import.meta.url),
  'requirements-server.txt': new URL('./requirements-server.txt', import.meta.url),
  'requirements-sklearn.txt': new URL('./requirements-sklearn.txt', import.meta.url),
  'requirements-xgboost.txt': new URL('./requirements-xgboost.txt', import.meta.url),
};

/** File names of our own requirements. */
export type RequirementsName = keyof typeof requirements;

/**
 * The Python package of the server.
 * @returns path below the package's folder and text of each module, sorted by path
 */
export async function readServerModules(): Promise<{ name: string; text: string }[]> {
  const entries = Object.entries(serverModules);
  return Promise.all(entries.map(async ([name, url]) => ({ name, text: await readFile(url, 'utf8') })));
}

/**
 * One of our own requirements files, pinned and hashed.
 * @param name which one
 * @returns its text
 */
export async function readRequirements(name: RequirementsName): Promise<string> {
  return readFile(requirements[name], 'utf8');
}
