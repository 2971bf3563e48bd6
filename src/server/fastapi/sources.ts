// Each file by its own literal URL: that form is what the bundler looks for.
import { readFile } from 'node:fs/promises';

const serverModules = {
  '__init__.py': new URL('./__init__.py', import.meta.url),
  '__main__.py': new URL('./__main__.py', import.meta.url),
  'app.py': new URL('./app.py', import.meta.url),
  'gate.py': new URL('./gate.py', import.meta.url),
  'log.py': new URL('./log.py', import.meta.url),
  'metrics.py': new URL('./metrics.py', import.meta.url),
  'model.py': new URL('./model.py', import.meta.url),
  'settings.py': new URL('./settings.py', import.meta.url),
};

const requirements = {
  'requirements-server.txt': new URL('./requirements-server.txt', import.meta.url),
  'requirements-sklearn.txt': new URL('./requirements-sklearn.txt', import.meta.url),
};

/**
 * The Python package of the server.
 * @returns file name and text of each module, sorted by name
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
export async function readRequirements(name: keyof typeof requirements): Promise<string> {
  return readFile(requirements[name], 'utf8');
}
