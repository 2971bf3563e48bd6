import type { Contract, TensorSpec } from '../../pipeline/evidence.ts';
import { unnamedSource } from '../../contract/compare.ts';
import { Container, Instance, something, Tuple, type Value } from './values.ts';

/** What a pickled estimator says about its inputs and outputs. */
export interface EstimatorFacts {
  readonly contract: Contract;
  /** Names of the columns that it was fitted on, in order; null when it does not say. */
  readonly features: readonly string[] | null;
}

/** Estimators inside estimators deeper than this are not followed. */
const maxDepth = 8;

/** Estimators that take rows of numbers and nothing else, and answer with one prediction per row. */
const numericPredictors = new RegExp(
  `^sklearn\\.(${[
    'linear_model|svm|tree|neighbors|neural_network|discriminant_analysis|naive_bayes|gaussian_process|cluster|mixture|covariance|semi_supervised\\._label_propagation',
    'cross_decomposition|kernel_ridge|ensemble\\._?(forest|gb|gradient_boosting|hist_gradient_boosting|iforest)',
  ].join('|')})\\b(?!.*\\.CategoricalNB$)`,
);
/** Transformers that take rows of numbers and nothing else. */
const numericTransformers =
  /^sklearn\.(decomposition|kernel_approximation|random_projection|preprocessing\._?(data|polynomial|discretization)|feature_selection\._?(univariate_selection|variance_threshold)|impute\._(knn|iterative))\b/;
const pipelines = /^(sklearn|imblearn)\.pipeline\.Pipeline$/;
/** Estimators that give the same rows to others, which they keep under these attributes. */
const delegates: Readonly<Record<string, string>> = {
  'sklearn.model_selection._search': 'best_estimator_',
  'sklearn.model_selection._search_successive_halving': 'best_estimator_',
  'sklearn.compose._target': 'regressor_',
  'sklearn.ensemble._voting': 'estimators_',
  'sklearn.ensemble._stacking': 'estimators_',
  'sklearn.ensemble._bagging': 'estimators_',
  'sklearn.ensemble._weight_boosting': 'estimators_',
  'sklearn.multiclass': 'estimators_',
  'sklearn.multioutput': 'estimators_',
};
const boosters =
  /^(xgboost|lightgbm)\.sklearn\.(XGB|LGBM)(Classifier|Regressor|Ranker|RFClassifier|RFRegressor|Model)$/;

/**
 * Inputs and outputs of a scikit-learn estimator, a pipeline, or a booster in their clothes; null where it is not certain that rows
 * of numbers are what it takes (text, data frames, categories), and for everything else.
 * @param value what the pickle holds
 * @param models contracts of the boosters in it
 */
export function estimatorFacts(value: Value, models: readonly Contract[]): EstimatorFacts | null {
  const takes = takesRows(value, models, 0);
  const last = lastOf(value);
  if (takes === null || last === null || !predicts(last)) return null;
  const labels = labelType(attribute(last, 'classes_'));
  return {
    contract: {
      inputs: [{ name: 'inputs', dtype: 'float64', shape: [null, takes.width] }],
      outputs: labels === null ? [] : [{ name: 'outputs', dtype: labels, shape: [null] } satisfies TensorSpec],
      source: unnamedSource,
    },
    features: takes.features,
  };
}

/**
 * The version of scikit-learn that wrote an estimator; null when it does not say.
 * @param value what the pickle holds
 */
export function writtenBySklearn(value: Value): string | null {
  if (!(value instanceof Instance) || value.type?.module.startsWith('sklearn.') !== true) return null;
  const version = attribute(value, '_sklearn_version');
  return typeof version === 'string' && /^[\w.+]{1,32}$/.test(version) ? version : null;
}

interface Rows {
  readonly width: number;
  readonly features: readonly string[] | null;
}

/** The rows of numbers that an estimator takes; null when it may take something else. */
function takesRows(value: Value, models: readonly Contract[], depth: number): Rows | null {
  if (!(value instanceof Instance) || value.type === null || depth > maxDepth) return null;
  const { path, module } = value.type;
  if (pipelines.test(path)) return takesRows(steps(value)[0] ?? null, models, depth + 1);
  const key = Object.hasOwn(delegates, module) ? delegates[module] : undefined;
  if (key !== undefined) {
    const width = attribute(value, 'n_features_in_');
    const inner = members(attribute(value, key)).map((member) => takesRows(member, models, depth + 1));
    return sameRows(inner, isWidth(width) ? width : null);
  }
  if (boosters.test(path)) return boosterRows(value, models);
  const imputes = path === 'sklearn.impute._base.SimpleImputer' && isFloat(attribute(value, '_fit_dtype'));
  if (!imputes && !numericPredictors.test(path) && !numericTransformers.test(path)) return null;
  // Categories of a data frame are encoded in there.
  if ((attribute(value, '_preprocessor') ?? null) !== null) return null;
  return rows(attribute(value, 'n_features_in_'), attribute(value, 'feature_names_in_'));
}

function boosterRows(value: Instance, models: readonly Contract[]): Rows | null {
  const booster = attribute(value, '_Booster');
  if (!(booster instanceof Instance)) return null;
  const plain = [attribute(value, 'feature_types'), attribute(booster, 'pandas_categorical')].every(isNothing);
  const categorical = attribute(value, 'enable_categorical') ?? false;
  if (!plain || categorical !== false) return null;
  const [model] = models;
  if (models.length !== 1 || model === undefined) return null;
  const width = model.inputs.length === 1 ? model.inputs[0]?.shape[1] : undefined;
  return rows(width ?? undefined, undefined);
}

/** The rows that all of these take: as wide as who asks them says, since some see a part of the columns only; null when they differ. */
function sameRows(all: readonly (Rows | null)[], width: number | null): Rows | null {
  const [one] = all;
  if (one === undefined || one === null) return null;
  const features = one.features?.length === (width ?? one.width) ? one.features : null;
  const same = all.every((each) => {
    if (each === null || (width === null && each.width !== one.width)) return false;
    return features === null || features.join('\n') === each.features?.join('\n');
  });
  return same ? { width: width ?? one.width, features } : null;
}

function rows(width: Value | undefined, names: Value | undefined): Rows | null {
  return isWidth(width) ? { width, features: textsOf(names, width) } : null;
}

function isWidth(value: Value | undefined): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value > 0;
}

function isNothing(value: Value | undefined): boolean {
  return value === undefined || value === null || (value instanceof Container && value.weight === 1);
}

/** What answers in the end: the last step of a pipeline, the estimator that a search has found. */
function lastOf(value: Value, depth = 0): Instance | null {
  if (!(value instanceof Instance) || value.type === null || depth > maxDepth) return null;
  if (pipelines.test(value.type.path)) return lastOf(steps(value).at(-1) ?? null, depth + 1);
  if (delegates[value.type.module] !== 'best_estimator_') return value;
  return lastOf(attribute(value, 'best_estimator_') ?? null, depth + 1);
}

function predicts({ type }: Instance): boolean {
  if (type === null) return false;
  return numericPredictors.test(type.path) || boosters.test(type.path) || Object.hasOwn(delegates, type.module);
}

/** The estimators of a pipeline, in order; empty when they are not all known. */
function steps(pipeline: Instance): readonly Value[] {
  const list = attribute(pipeline, 'steps');
  if (!(list instanceof Container) || list.kind !== 'list' || list.dropped) return [];
  return (list.entries ?? []).map((step) => (step instanceof Tuple ? (step.items?.[1] ?? null) : null));
}

/** The estimators of a list or an array, as many as are known; else what is there itself. */
function members(value: Value | undefined): readonly Value[] {
  if (value instanceof Container && value.kind === 'list') return value.entries ?? [];
  return arrayItems(value) ?? [value ?? null];
}

/** Undefined where there is none; where its object has more than is known of it, something that is nothing in particular. */
function attribute({ state }: Instance, name: string): Value | undefined {
  return state instanceof Container && state.kind === 'dict' && !state.dropped ? state.entry(name) : something;
}

/** Whether it is the `numpy.dtype` of floating-point numbers. */
function isFloat(value: Value | undefined): boolean {
  const code = value instanceof Instance && value.args instanceof Tuple ? value.args.items?.[0] : null;
  return typeof code === 'string' && /^[<>=|]?f\d+$/.test(code);
}

/** Type, sizes and, of arrays of Python objects, items of a NumPy array, from the state that it was given. */
function arrayFacts(value: Value | undefined): { dtype: string; shape: readonly Value[]; data: Value } | null {
  if (!(value instanceof Instance) || value.type?.path !== 'numpy.ndarray') return null;
  const [, shape, dtype, , data] = value.state instanceof Tuple ? (value.state.items ?? []) : [];
  if (!(shape instanceof Tuple) || !(dtype instanceof Instance) || !(dtype.args instanceof Tuple)) return null;
  const code = dtype.args.items?.[0];
  return typeof code === 'string' ? { dtype: code, shape: shape.items ?? [], data: data ?? null } : null;
}

function arrayItems(value: Value | undefined): readonly Value[] | null {
  const data = arrayFacts(value)?.data;
  return data instanceof Container && data.kind === 'list' && !data.dropped ? data.entries : null;
}

/** As many texts as there are columns, from a list or an array of objects. */
function textsOf(value: Value | undefined, count: number): readonly string[] | null {
  const items =
    value instanceof Container && value.kind === 'list' && !value.dropped ? value.entries : arrayItems(value);
  const texts = items?.filter((item) => typeof item === 'string') ?? [];
  return texts.length === count && items?.length === count ? texts : null;
}

/** The type of the labels in an array of classes, as JSON carries them. */
function labelType(classes: Value | undefined): string | null {
  const facts = arrayFacts(classes);
  if (facts?.shape.length !== 1) return null;
  const kind = /^[<>=|]?([a-zA-Z?])/.exec(facts.dtype)?.[1] ?? '';
  if (kind === 'O') return arrayItems(classes)?.every((item) => typeof item === 'string') === true ? 'string' : null;
  const types: Readonly<Record<string, string>> = {
    b: 'bool',
    '?': 'bool',
    i: 'int64',
    u: 'int64',
    f: 'float64',
    U: 'string',
  };
  // `b1` is a boolean, `i1` a small integer.
  return Object.hasOwn(types, kind) ? (types[kind] ?? null) : null;
}
