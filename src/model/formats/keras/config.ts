import type { Findings } from '../../findings.ts';
import { knownDanger } from '../../pickle/profiles/dangerous.ts';
import { printable } from '../../../printable.ts';
import type { Rulings } from '../../pickle/rulings.ts';
import type { RuleId } from '../../rules/index.ts';
import type { Json } from '../../strict-json.ts';
import { kerasClasses, kerasOperations } from './names.ts';

type JsonObject = ReadonlyMap<string, Json>;

/** Classes that run what is written in the file, or load another one, with what they do. */
const refused: Readonly<Record<string, readonly [rule: RuleId, does: string]>> = {
  Lambda: ['keras/lambda', 'runs a Python function that is written in the file'],
  __lambda__: ['keras/lambda', 'is the bytecode of a Python function'],
  TFSMLayer: ['keras/loader', 'loads a SavedModel from a path'],
  TorchModuleWrapper: ['keras/loader', 'unpickles a PyTorch module'],
  JaxLayer: ['keras/custom-object', 'runs a Python function of another package'],
  FlaxLayer: ['keras/custom-object', 'runs a Python function of another package'],
};

/** Parts of Keras whose classes only compute; its utilities load files, and its settings switch protection off. */
const parts =
  'layers|initializers|regularizers|constraints|optimizers|losses|metrics|activations|dtype_policies|quantizers|random|models|ops';
const safeModule = new RegExp(
  `^(keras|keras\\.(${parts})|keras\\.optimizers\\.schedules|(tf_)?keras\\.src\\.(${parts}|engine|applications)(\\.\\w+)*)$`,
);
/** Packages of the Keras team, which have models and their layers only. */
const siblings = /^keras_(hub|nlp|cv)(\.src)?(\.(models|layers|tokenizers|utils|samplers|metrics)(\.\w+)*)?$/;
/** Names that stand for values and not for classes. */
const values = [
  '__tuple__',
  '__tensor__',
  '__numpy__',
  '__bytes__',
  '__ellipsis__',
  '__slice__',
  '__keras_tensor__',
  '__complex__',
  'slice',
  'TensorShape',
];

/** Parts of TensorFlow that a TFOpLambda of Keras 2 may name: they compute. */
const safeOperator =
  /^(math|nn|linalg|signal|bitwise|strings|image|sparse|__operators__|keras\.backend|experimental\.numpy)\.\w+$|^[a-z][a-z0-9_]*$/;
const harmfulOperator =
  /py_function|numpy_function|py_func|load|save|read|write|print|file|eval|gather_tree|^io\b|raw_ops|autograph/;

/** Keys with paths that a layer opens when it is built. */
const pathKeys = ['filepath', 'file_path', 'vocabulary', 'vocabulary_path', 'idf_weights'];

/** Objects that are looked at in one configuration. */
const maxObjects = 2_000_000;

/** What a configuration of Keras says of itself. */
export interface KerasFacts {
  /** Classes by name, sorted. */
  readonly classes: readonly string[];
}

/** Checks every object of a configuration, at any depth: layers in layers, wrappers, functions, losses and optimizers. */
export function checkConfig(config: Json, findings: Findings, rulings: Rulings): KerasFacts {
  const classes = new Set<string>();
  const waiting: Json[] = [config];
  let seen = 0;
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (++seen > maxObjects) {
      findings.add('keras/config', null, `The configuration has more than ${maxObjects} values.`);
      break;
    }
    if (next instanceof Map) {
      const object: JsonObject = next;
      checkObject(object, findings, rulings, classes);
      for (const item of object.values()) waiting.push(item);
    } else if (Array.isArray(next)) {
      for (const item of next as readonly Json[]) waiting.push(item);
    }
  }
  return { classes: [...classes].toSorted() };
}

function textOf(object: JsonObject, key: string): string | null {
  const value = object.get(key);
  return typeof value === 'string' ? value : null;
}

function checkObject(object: JsonObject, findings: Findings, rulings: Rulings, classes: Set<string>): void {
  for (const key of pathKeys) {
    const path = textOf(object, key);
    if (path !== null) findings.add('keras/path', null, `The key "${key}" names the file "${printable(path)}".`);
  }
  if (object.get('safe_mode') === false)
    findings.add('keras/safe-mode', null, 'The configuration switches the safe mode off.');
  const name = textOf(object, 'class_name');
  const module = textOf(object, 'module');
  if (name === null) {
    if (module !== null && !isSafe(module)) checkGlobal(module, textOf(object, 'name') ?? '', findings, rulings);
    return;
  }
  classes.add(printable(name));
  const [rule, does] = (Object.hasOwn(refused, name) ? refused[name] : undefined) ?? [null, ''];
  const title = textOf(object.get('config') instanceof Map ? (object.get('config') as JsonObject) : object, 'name');
  if (rule !== null) {
    findings.add(rule, null, `The ${printable(name)} "${printable(title ?? '')}" ${does}.`);
  } else if (
    name === 'TFOpLambda' ||
    name === 'SlicingOpLambda' ||
    name === 'ClassMethod' ||
    name === 'InstanceMethod'
  ) {
    checkOperator(object, name, findings);
  } else if (name === 'function') {
    checkFunction(object, module, findings, rulings);
  } else if (!values.includes(name)) {
    checkClass(object, module, name, findings, rulings);
  }
}

function isSafe(module: string): boolean {
  return safeModule.test(module) || siblings.test(module);
}

function checkClass(
  object: JsonObject,
  module: string | null,
  name: string,
  findings: Findings,
  rulings: Rulings,
): void {
  if (module !== null) {
    // Classes of Keras begin with a capital; functions are not classes.
    if (isSafe(module) && /^[A-Z]\w*$/.test(name)) return;
    checkGlobal(module, name, findings, rulings);
    return;
  }
  const registered = textOf(object, 'registered_name');
  // Keras 2 writes the package of a class of one's own in front of it.
  if ((kerasClasses.has(name) || kerasOperations.has(name)) && (registered === null || registered === name)) return;
  // A type of a value is written in the same way, and has no configuration.
  if (name === '__typespec__') return;
  const [before, last] = /^(.*)[.>](\w+)$/.exec(name)?.slice(1) ?? ['', name];
  checkGlobal(before ?? '', last ?? name, findings, rulings);
}

/** A function is named in `config`. */
function checkFunction(object: JsonObject, module: string | null, findings: Findings, rulings: Rulings): void {
  const name = textOf(object, 'config') ?? textOf(object, 'registered_name') ?? '';
  if (module !== null && module !== 'builtins' && isSafe(module) && /^[a-z]\w*$/.test(name)) return;
  checkGlobal(module ?? '', name, findings, rulings);
}

/** A name outside of Keras. */
function checkGlobal(module: string, name: string, findings: Findings, rulings: Rulings): void {
  const path = module === '' ? name : `${module}.${name}`;
  const ruling = rulings.of(module, name);
  const harm = ruling.kind === 'dangerous' ? ruling.does : knownDanger(module, name);
  const keras = /^(tf_)?keras(\.|$)/.test(module);
  if (harm !== null) {
    findings.add('keras/module', null, `The configuration names ${printable(path)}, which ${harm}.`);
  } else if (
    keras ||
    (module === 'builtins' && name !== '' && /^(exec|eval|open|compile|__import__|getattr|input)$/.test(name))
  ) {
    findings.add('keras/module', null, `The configuration names ${printable(path)}, which is no part of a model.`);
  } else if (ruling.kind === 'project' && ruling.expired === null) {
    findings.add('policy/allowed', null, `${printable(path)} is allowed: ${printable(ruling.reason)}.`);
  } else {
    findings.add(
      'keras/custom-object',
      null,
      `The configuration names ${printable(path)}, which is not part of Keras.`,
    );
  }
}

/** An operator of TensorFlow that Keras 2 finds by its name. */
function checkOperator(object: JsonObject, name: string, findings: Findings): void {
  const config = object.get('config');
  const operator = config instanceof Map ? textOf(config as JsonObject, 'function') : null;
  if (name === 'SlicingOpLambda' && (operator === null || operator === '__operators__.getitem')) return;
  if (operator !== null && safeOperator.test(operator) && !harmfulOperator.test(operator)) return;
  const harmful = operator !== null && harmfulOperator.test(operator);
  const what = `The ${name} calls ${printable(operator ?? 'something')} of TensorFlow`;
  findings.add(harmful ? 'keras/module' : 'keras/custom-object', null, `${what}.`);
}
