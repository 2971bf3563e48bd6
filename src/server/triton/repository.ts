import { posix } from 'node:path';

import type { Config } from '../../config/config.ts';
import type { FileEvidence, ValidateEvidence } from '../../pipeline/evidence.ts';
import type { FileTree, PlannedFile, WeightFile } from '../image-plan.ts';
import { layoutError } from '../layout-error.ts';
import { readProjectFile } from '../project-file.ts';
import { savedModelFolder } from '../tf-serving/saved-model.ts';
import { renderConfig, type Backend } from './config.ts';
import { checkConfig } from './check.ts';

/** Folder of the model repository in the image. */
export const repositoryFolder = '/models';

/** What is in the model repository, and what the server loads of it. */
export interface Repository {
  /** Files that are made for it; null: the model brings everything. */
  readonly tree: FileTree | null;
  readonly files: readonly WeightFile[];
  /** Names of the models to load. */
  readonly load: readonly string[];
}

/**
 * Lays the model out as Triton wants it: `<repository>/<name>/config.pbtxt` and `<repository>/<name>/<version>/...`. A model that is laid
 * out so already (with a `config.pbtxt`) stays as it is and is checked; for others the configuration is made from the contract.
 * @throws MlDeployError `build/model-layout`, `build/triton-config`
 */
export async function modelRepository(config: Config, model: ValidateEvidence, root: string): Promise<Repository> {
  const configs = model.model.files.filter(({ path }) => posix.basename(path) === 'config.pbtxt');
  if (configs.length > 0) return ownLayout(config, model, root, configs);
  const { name } = config;
  const { backend, place, code } = await chooseBackend(config, model, root);
  const folder = posix.join(repositoryFolder, name);
  const settings = renderConfig(config, model, backend);
  return {
    tree: { path: folder, files: [{ path: 'config.pbtxt', content: settings }, ...code] },
    files: model.model.files.flatMap((file) => {
      const inside = place(file.path);
      const { path, bytes, sha256 } = file;
      return inside === null ? [] : [{ path, bytes, sha256, target: posix.join(folder, '1', inside) }];
    }),
    load: [name],
  };
}

interface Choice {
  readonly backend: Backend;
  /** Where a model file goes in the version's folder; null: nowhere. */
  readonly place: (path: string) => string | null;
  readonly code: readonly PlannedFile[];
}

async function chooseBackend(config: Config, model: ValidateEvidence, root: string): Promise<Choice> {
  const { files } = model.model;
  if (config.server.entry !== null) {
    const content = await readEntry(root, config.server.entry);
    return { backend: 'python', place: (path) => path, code: [{ path: '1/model.py', content }] };
  }
  const onnx = only(files, 'onnx');
  // Weights outside of the graph are named in it relative to its folder.
  if (onnx !== null) return { backend: 'onnxruntime', place: beside(onnx, 'model.onnx'), code: [] };
  const script = only(files, 'torchscript');
  if (script !== null) return { backend: 'pytorch', place: beside(script, 'model.pt'), code: [] };
  if (files.some(({ path }) => posix.basename(path) === 'saved_model.pb')) {
    const folder = savedModelFolder(model);
    const place = (path: string): string | null => {
      const inside = posix.relative(folder, path);
      return inside.startsWith('..') ? null : posix.join('model.savedmodel', inside);
    };
    return { backend: 'tensorflow', place, code: [] };
  }
  const found = [...new Set(files.map(({ format }) => format))].sort().join(', ');
  throw layoutError(
    `${model.model.path} has neither a config.pbtxt nor exactly one ONNX or TorchScript file nor a SavedModel (found: ${found})`,
    'Convert the model to ONNX, name Python code with a TritonPythonModel in server.entry, or write a config.pbtxt (docs/server-triton.md).',
  );
}

function only(files: readonly FileEvidence[], format: string): FileEvidence | null {
  const found = files.filter((file) => file.format === format);
  return found.length === 1 ? (found[0] ?? null) : null;
}

/** The file under the name that Triton looks for, and everything below its folder beside it. */
function beside({ path }: FileEvidence, name: string): Choice['place'] {
  const folder = posix.dirname(path);
  return (other) => {
    if (other === path) return name;
    const inside = posix.relative(folder, other);
    return inside.startsWith('..') ? null : inside;
  };
}

async function readEntry(root: string, entry: string): Promise<string> {
  const content = await readProjectFile(root, entry, 'server.entry');
  if (/^class TritonPythonModel\b/m.test(content)) return content;
  throw layoutError(
    `${entry} defines no class TritonPythonModel`,
    "Triton's Python backend calls its initialize, execute and finalize: docs/server-triton.md. The server fastapi takes load and predict.",
  );
}

async function ownLayout(
  config: Config,
  model: ValidateEvidence,
  root: string,
  configs: readonly FileEvidence[],
): Promise<Repository> {
  if (config.server.entry !== null) {
    throw layoutError(
      'server.entry is set, but the model brings its own config.pbtxt',
      'Put the code into the version folder as model.py, or remove config.pbtxt.',
    );
  }
  const { name } = config;
  const isModel = configs.some(({ path }) => path === 'config.pbtxt');
  const names = isModel ? [name] : configs.map(({ path }) => posix.dirname(path)).sort();
  const nestedName = names.find((each) => each.includes('/'));
  if (isModel && configs.length > 1) {
    const others = configs.map(({ path }) => path).filter((path) => path !== 'config.pbtxt');
    throw layoutError(
      `the model has a config.pbtxt at its top, which makes it one model, and others below: ${others.join(', ')}`,
      `Remove the one at the top if model.path is a repository of several models, else the others.`,
    );
  }
  if (nestedName !== undefined) {
    throw layoutError(
      `${nestedName}/config.pbtxt lies too deep: a repository has a folder per model at its top`,
      'Point model.path to the folder above the models.',
    );
  }
  if (!names.includes(name)) {
    throw layoutError(
      `a repository of the models ${names.join(', ')} has no model ${name} at its top`,
      `Clients ask for the model by the name of the project: name its folder ${name}, or the project after the folder.`,
    );
  }
  const prefix = isModel ? name : '';
  const own = posix.join(config.model.path, isModel ? '' : name, 'config.pbtxt');
  const text = await readProjectFile(root, own, 'model.path');
  checkConfig(text, config);
  return {
    tree: null,
    files: model.model.files.map(({ path, bytes, sha256 }) => ({
      path,
      bytes,
      sha256,
      target: posix.join(repositoryFolder, prefix, path),
    })),
    load: names,
  };
}
