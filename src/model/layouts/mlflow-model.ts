import { posix } from 'node:path';
import type { Contract } from '../../pipeline/evidence.ts';
import type { InspectedFile } from '../inspect.ts';
import { printable } from '../../printable.ts';
import type { Json } from '../strict-json.ts';
import { inside } from './inside.ts';
import type { Laid } from './layout.ts';
import { checkRequirements } from './mlflow-environment.ts';
import { signatureOf } from './mlflow-signature.ts';
import type { Unit } from './unit.ts';

type Fields = ReadonlyMap<string, Json>;

/** Keys of a flavor that hold a path of the model folder. */
const pathKeys = [
  'model_path',
  'data',
  'pickled_model',
  'model_data',
  'python_model',
  'model_binary',
  'model_config_path',
];
/** Keys of a flavor that name code. */
const codeKeys = ['code', 'model_code_path'];
/** Modules that load weights; others of MLflow load chains, indexes and programs, whose parts are not checked. */
const loaders = new RegExp(
  `^mlflow\\.(${[
    'pyfunc(\\.[a-z_]+)*|sklearn|xgboost|lightgbm|catboost|pytorch|tensorflow|keras|onnx|transformers|sentence_transformers',
    'statsmodels|prophet|pmdarima|spacy|fastai|paddle|diviner|shap|gluon|openai',
  ].join('|')})$`,
);
/** The names that `tensorflow.keras` has had: with Keras inside of TensorFlow (to 2.5), beside it (to 2.15), and since. */
const kerasModules = [
  'keras',
  'tensorflow.keras',
  'tensorflow',
  'tf_keras',
  'tensorflow.python.keras.api._v1.keras',
  'tensorflow.python.keras.api._v2.keras',
  'keras.api._v1.keras',
  'keras.api._v2.keras',
  'keras._tf_keras.keras',
  'tf_keras.api._v1.keras',
  'tf_keras.api._v2.keras',
];
const pickleModules = ['mlflow.pytorch.pickle_module', 'pickle', 'cloudpickle'];

/** Checks the folders that these files describe. */
export async function checkModels(unit: Unit, files: readonly InspectedFile[]): Promise<Laid> {
  const contracts: Contract[] = [];
  for (const file of files) {
    const contract = await checkModel(unit, file);
    if (contract !== null) contracts.push(contract);
  }
  const [contract] = contracts;
  return contracts.length === 1 && contract !== undefined ? { contract } : {};
}

async function checkModel(unit: Unit, file: InspectedFile): Promise<Contract | null> {
  const text = await unit.text(file, 1024 * 1024);
  const { parseYaml } = await import('../yaml-document.ts');
  const parsed = text === null ? null : parseYaml(text);
  // A document that does not parse has its own finding.
  if (parsed === null || 'problem' in parsed) return null;
  const model = fields(parsed.value);
  const flavors = fields(model.get('flavors'));
  if (flavors.size === 0) {
    unit.add(file, 'mlflow/model', null, 'MLmodel has no flavors.');
    return null;
  }
  const folder = posix.dirname(file.entry.path);
  for (const [name, flavor] of flavors) checkFlavor(unit, file, folder, name, fields(flavor));
  await checkNamedModules(unit, folder);
  await checkRequirements(unit, folder);
  const signature = model.get('signature');
  const contract = signature === undefined || signature === null ? null : signatureOf(fields(signature));
  if (contract === 'unreadable') {
    unit.add(file, 'mlflow/signature', null, 'The signature cannot be read.');
    return null;
  }
  return contract;
}

function checkFlavor(unit: Unit, file: InspectedFile, folder: string, name: string, flavor: Fields): void {
  const loader = flavor.get('loader_module');
  if (loader !== undefined && (typeof loader !== 'string' || !loaders.test(loader))) {
    unit.add(file, 'mlflow/loader', null, `The loader_module of ${printable(name)} is ${shown(loader)}.`);
  }
  if (name !== 'python_function' && !loaders.test(`mlflow.${name}`)) {
    unit.add(file, 'mlflow/loader', null, `The flavor is ${printable(name)}.`);
  }
  const keras = flavor.get('keras_module');
  if (keras !== undefined && !(typeof keras === 'string' && kerasModules.includes(keras))) {
    unit.add(file, 'mlflow/loader', null, `The keras_module of ${printable(name)} is ${shown(keras)}.`);
  }
  for (const key of codeKeys) {
    const value = flavor.get(key);
    if (value !== undefined && value !== null) {
      unit.add(file, 'mlflow/code', null, `The ${key} of ${printable(name)} is ${shown(value)}.`);
    }
  }
  for (const path of pathsOf(flavor)) checkPath(unit, file, folder, path);
}

function checkPath(unit: Unit, file: InspectedFile, folder: string, path: string): void {
  const target = inside(folder, path);
  if (target === null) unit.add(file, 'mlflow/path', null, `MLmodel names the path "${printable(path)}".`);
  else if (unit.file(target) === undefined && unit.below(target).length === 0) {
    unit.add(file, 'mlflow/missing', null, `"${printable(path)}" is not there.`);
  }
}

function pathsOf(flavor: Fields): string[] {
  const found: Json[] = pathKeys.flatMap((key) => flavor.get(key) ?? []);
  const environment = flavor.get('env');
  found.push(...(environment instanceof Map ? (environment as Fields).values() : [environment ?? null]));
  for (const artifact of fields(flavor.get('artifacts')).values()) found.push(fields(artifact).get('path') ?? null);
  return found.filter((path) => typeof path === 'string');
}

/** Files in which flavors for PyTorch and Keras keep the name of a module that they import. */
async function checkNamedModules(unit: Unit, folder: string): Promise<void> {
  const named = [
    ['pickle_module_info.txt', pickleModules],
    ['keras_module.txt', kerasModules],
  ] as const;
  for (const [name, allowed] of named) {
    for (const file of unit.below(folder)) {
      if (posix.basename(file.entry.path) !== name) continue;
      const module = (await unit.text(file, 4096))?.trim() ?? '';
      if (!(allowed as readonly string[]).includes(module)) {
        unit.add(file, 'mlflow/loader', 0, `The file names the module ${printable(module)}.`);
      }
    }
  }
}

function shown(value: Json): string {
  return printable(typeof value === 'string' ? value : JSON.stringify(value));
}

function fields(value: Json | undefined): Fields {
  return value instanceof Map ? (value as Fields) : new Map<string, Json>();
}
