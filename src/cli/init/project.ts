import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, join, relative, resolve, sep } from 'node:path';
import { MlDeployError } from '../../errors.ts';

/** What `init` finds in a folder. */
export interface Project {
  readonly name: string;
  /** Relative to the folder, with `/`; a folder ends with `/`. */
  readonly model: string;
  /** Guessed from the git remote; null when there is no telling. */
  readonly repository: string | null;
  readonly entry: string | null;
  readonly requirements: string | null;
  readonly golden: string | null;
}

const modelEndings = [
  '.joblib',
  '.pkl',
  '.pickle',
  '.safetensors',
  '.onnx',
  '.gguf',
  '.pt',
  '.pth',
  '.keras',
  '.h5',
  '.tflite',
  '.ubj',
  'saved_model.pb',
];
const skipped = new Set([
  'node_modules',
  'venv',
  'env',
  'site-packages',
  '__pycache__',
  'test',
  'tests',
  'dist',
  'build',
]);
const deepest = 3;

/**
 * Looks for a model and what belongs to it. `model` names one; else the folder is searched. Throws `init/no-model`, `init/several-models`.
 */
export async function lookAround(root: string, model: string | null): Promise<Project> {
  const path = model === null ? await findModel(root) : await namedModel(root, model);
  const [repository, entry, requirements, golden] = await Promise.all([
    repositoryOf(root),
    firstFile(root, ['inference.py', 'src/inference.py']),
    firstFile(root, ['requirements.txt']),
    firstFile(root, ['golden.json', 'tests/golden.json', 'test/golden.json']),
  ]);
  return { name: nameOf(basename(resolve(root))), model: path, repository, entry, requirements, golden };
}

async function namedModel(root: string, model: string): Promise<string> {
  const path = resolve(root, model);
  const found = await stat(path).catch(() => null);
  if (found === null) {
    throw new MlDeployError({
      code: 'init/no-model',
      kind: 'usage',
      message: `there is no model at ${model}`,
      hint: 'Name a file or a folder that exists.',
    });
  }
  const inside = relative(root, path).split(sep).join('/');
  if (inside.startsWith('..')) {
    throw new MlDeployError({
      code: 'init/no-model',
      kind: 'usage',
      message: `${model} lies outside of the folder that mldeploy.yaml would be in`,
      hint: 'Run init in a folder that contains the model.',
    });
  }
  return found.isDirectory() ? `${inside}/` : inside;
}

async function findModel(root: string): Promise<string> {
  const files = await modelFiles(root, '', 0);
  const places = [...new Set(files.map((file) => placeOf(file)))];
  const [place] = places;
  if (place !== undefined && places.length === 1) return place;
  const kinds = modelEndings.join(' ');
  throw place === undefined
    ? new MlDeployError({
        code: 'init/no-model',
        kind: 'usage',
        message: `found no model below ${root}, looking for ${kinds}`,
        hint: 'Name it: ml-deploy init --model PATH',
      })
    : new MlDeployError({
        code: 'init/several-models',
        kind: 'usage',
        message: `found ${places.length} models: ${places.slice(0, 10).join(', ')}`,
        hint: `Name the one to deploy: ml-deploy init --model ${place}`,
      });
}

/** A folder of its own is taken whole: tokenizers, labels and shards belong to the model. A file beside other things is taken alone. */
function placeOf(file: string): string {
  const folder = file.split('/').slice(0, -1).join('/');
  return folder === '' ? file : `${folder}/`;
}

async function modelFiles(root: string, folder: string, depth: number): Promise<string[]> {
  const entries = await readdir(join(root, folder), { withFileTypes: true });
  const found: string[] = [];
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
    if (entry.isFile() && modelEndings.some((ending) => entry.name.endsWith(ending))) found.push(path);
    const enter = entry.isDirectory() && !entry.name.startsWith('.') && !skipped.has(entry.name);
    if (enter && depth < deepest) found.push(...(await modelFiles(root, path, depth + 1)));
  }
  return found;
}

/** A name that fits the schema, made from the folder's. */
export function nameOf(folder: string): string {
  const name = folder
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^[^a-z]+/, '')
    .slice(0, 40)
    .replace(/-+$/, '');
  return name === '' ? 'model' : name;
}

async function repositoryOf(root: string): Promise<string | null> {
  const config = await readFile(join(root, '.git', 'config'), 'utf8').catch(() => '');
  const [, url] = /\[remote "origin"\][^[]*?url\s*=\s*(\S+)/.exec(config) ?? [];
  const [, host, path] = /(github\.com|gitlab\.com)[:/](.+?)(?:\.git)?$/.exec(url ?? '') ?? [];
  if (host === undefined || path === undefined) return null;
  return `${host === 'github.com' ? 'ghcr.io' : 'registry.gitlab.com'}/${path.toLowerCase()}`;
}

async function firstFile(root: string, names: readonly string[]): Promise<string | null> {
  for (const name of names) {
    const found = await stat(join(root, name)).catch(() => null);
    if (found?.isFile() === true) return name;
  }
  return null;
}
