import { MlDeployError } from '../../errors.ts';
import type { FileEvidence, ValidateEvidence } from '../../pipeline/evidence.ts';
import { missingPackages } from './pickled-packages.ts';
import type { RequirementsName } from './sources.ts';

/** The one file of a model that the server loads, and what it needs for that. */
export interface ModelFile {
  /** Relative to the model's folder. */
  readonly path: string;
  /** As loaders/__init__.py names it. */
  readonly format: string;
  readonly requirements: readonly RequirementsName[];
  /** Modules that the server imports while it loads it. */
  readonly modules: readonly string[];
  /** What the loader has to know besides, for contract.json. */
  readonly settings?: Readonly<Record<string, unknown>>;
  /** Of the image. */
  readonly environment?: Readonly<Record<string, string>>;
}

interface Loader {
  readonly requirements: RequirementsName;
  readonly modules: readonly string[];
}

const sklearn: Loader = { requirements: 'requirements-sklearn.txt', modules: ['joblib', 'sklearn'] };
const xgboost: Loader = { requirements: 'requirements-xgboost.txt', modules: ['xgboost'] };
const lightgbm: Loader = { requirements: 'requirements-lightgbm.txt', modules: ['lightgbm'] };
const catboost: Loader = { requirements: 'requirements-catboost.txt', modules: ['catboost'] };
const onnx: Loader = { requirements: 'requirements-onnxruntime.txt', modules: ['onnxruntime'] };

/** By format of validate's evidence. */
const loaders: Readonly<Record<string, Loader>> = {
  pickle: sklearn,
  joblib: sklearn,
  xgboost,
  'xgboost-json': xgboost,
  lightgbm,
  catboost,
  onnx,
};

/** Libraries whose scikit-learn classes may stand in a pickle, by the first part of their globals. */
const pickled: Readonly<Record<string, Loader>> = { xgboost, lightgbm, catboost };

const supported =
  'scikit-learn (pickle or joblib), XGBoost (.json, .ubj), LightGBM (.txt), CatBoost (.cbm) and ONNX (.onnx)';

/**
 * The file that the server loads by itself, told by content: what validate found in it, never its name.
 * @param model evidence of a clean model
 * @returns the only file that has a loader
 * @throws MlDeployError `build/no-loader` when there is none, or more than one, or its inputs cannot be filled from JSON rows;
 *   `build/missing-package` for a pickle that names packages that would not be installed
 */
export function chooseModelFile(model: ValidateEvidence): ModelFile {
  const { files } = model.model;
  const loadable = files.filter(({ format }) => format in loaders);
  const [file] = loadable;
  if (file === undefined || loadable.length > 1) throw noLoader(files, loadable);
  const loader = loaders[file.format] ?? sklearn;
  if (loader === onnx) refuseStrangeInputs(file, model);
  const wanted = loader === sklearn ? [sklearn, ...inside(file)] : [loader];
  if (loader === sklearn) refuseMissing(file, wanted);
  return {
    path: file.path,
    // What joblib unpacks, pickle alone would not.
    format: 'compression' in file.facts ? 'joblib' : file.format,
    requirements: wanted.map(({ requirements }) => requirements),
    modules: wanted.flatMap(({ modules }) => modules),
  };
}

/** Loaders of the other libraries that a pickle names. */
function inside(file: FileEvidence): Loader[] {
  const named = new Set(globalsOf(file).map((name) => name.split('.')[0] ?? ''));
  return Object.entries(pickled)
    .filter(([name]) => named.has(name))
    .map(([, loader]) => loader);
}

function refuseMissing(file: FileEvidence, wanted: readonly Loader[]): void {
  const missing = missingPackages(
    globalsOf(file),
    wanted.flatMap(({ modules }) => modules),
  );
  if (missing.length === 0) return;
  throw new MlDeployError({
    code: 'build/missing-package',
    kind: 'usage',
    message: `${file.path} names ${missing.join(', ')}, which the server does not install by itself`,
    hint: 'List what the model needs, pinned, in a requirements file and name it in server.requirements; code of your own belongs into server.entry.',
  });
}

function globalsOf({ facts }: FileEvidence): readonly string[] {
  const { globals } = facts;
  return Array.isArray(globals) ? (globals as readonly string[]) : [];
}

/**
 * Refuses sequences and maps, and inputs without a batch dimension.
 * @param file an ONNX model
 * @param model whose evidence has the contract
 * @throws MlDeployError `build/no-loader`
 */
export function refuseStrangeInputs(file: FileEvidence, model: ValidateEvidence): void {
  const { contract } = model;
  const strange = (contract?.inputs ?? []).filter(({ dtype, shape }) => dtype.includes('(') || shape.length === 0);
  if (contract?.source !== 'onnx' || strange.length === 0) return;
  const names = strange.map(({ name, dtype }) => `${name}: ${dtype}`).join(', ');
  throw new MlDeployError({
    code: 'build/no-loader',
    kind: 'usage',
    message: `${file.path} has inputs that are no batch of rows (${names})`,
    hint: `${writeEntry} It turns rows into what the model takes.`,
  });
}

const shownFiles = 5;
const documents: ReadonlySet<string> = new Set(['text', 'picture', 'json', 'yaml', 'none']);

const writeEntry =
  'Write a file inference.py with `def load(model_dir): ...` and `def predict(model, inputs): ...` (one output per row), and name it in server.entry.';

function noLoader(files: readonly FileEvidence[], loadable: readonly FileEvidence[]): MlDeployError {
  const several = loadable.length > 1;
  const shown = several ? loadable : files.filter(({ format }) => !documents.has(format));
  const listed = shown.slice(0, shownFiles).map(({ path, format }) => `${path} (${format})`);
  const more = shown.length > shownFiles ? ` and ${shown.length - shownFiles} more` : '';
  const found = listed.length === 0 ? 'no model file' : `${listed.join(', ')}${more}`;
  return new MlDeployError({
    code: 'build/no-loader',
    kind: 'usage',
    message: several
      ? `the server cannot know which of ${shown.length} model files to load: ${found}`
      : `the server has no loader for this model: it holds ${found}. By itself it loads one file of ${supported}`,
    hint: `${writeEntry} A folder with one model file only needs neither.`,
  });
}
