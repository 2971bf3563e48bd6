import type { TensorSpec } from '../../../pipeline/evidence.ts';
import { asArray, asObject } from '../json.ts';
import { elementProblem, isBatch } from '../tensors.ts';

const mostProblems = 5;

/**
 * What is wrong with `predictions`: another number of rows than asked, values of another type or shape than the contract's outputs,
 * numbers that are not finite.
 * @param predictions of the answer
 * @param rows of the request; null when they are not known
 * @param outputs of the contract
 * @param name of the array, for messages
 */
export function predictionProblems(
  predictions: unknown,
  rows: number | null,
  outputs: readonly TensorSpec[],
  name = 'predictions',
): readonly string[] {
  const list = asArray(predictions);
  if (list === null) return [`the answer has no array \`${name}\``];
  if (rows !== null && list.length !== rows) return [`asked with ${rows} rows, ${name} has ${list.length}`];
  const problems: string[] = [];
  for (const [index, row] of list.entries()) {
    if (problems.length >= mostProblems) break;
    problems.push(...rowProblems(row, `${name}[${index}]`, outputs));
  }
  return problems.slice(0, mostProblems);
}

function rowProblems(row: unknown, path: string, outputs: readonly TensorSpec[]): string[] {
  const object = asObject(row);
  const [single] = outputs;
  if (object === null)
    return valueProblems(row, path, outputs.length === 1 && single !== undefined ? inRow(single) : null);
  const missing = outputs.length < 2 ? [] : outputs.filter(({ name }) => !Object.hasOwn(object, name));
  return [
    ...missing.map(({ name }) => `${path}.${name} is missing`),
    ...Object.entries(object).flatMap(([name, value]) => {
      const spec = outputs.find((output) => output.name === name);
      return valueProblems(value, `${path}.${name}`, spec === undefined ? null : inRow(spec));
    }),
  ];
}

/** An output without its batch dimension. */
function inRow(spec: TensorSpec): TensorSpec {
  return isBatch(spec) ? { ...spec, shape: spec.shape.slice(1) } : spec;
}

/**
 * What is wrong with one value.
 * @param value of the answer
 * @param path where it stands there
 * @param spec what it should be; null: unknown, then only numbers that are not finite count
 */
export function valueProblems(value: unknown, path: string, spec: TensorSpec | null): string[] {
  const list = asArray(value);
  if (list === null) {
    if (spec !== null && spec.shape.length > 0) return [`${path} is one value, expected the shape ${shapeText(spec)}`];
    const problem = elementProblem(spec?.dtype ?? 'unknown', value);
    return problem === null ? [] : [`${path} ${problem}`];
  }
  if (spec !== null && spec.shape.length === 0) return [`${path} is an array, expected one value`];
  const [size = null, ...rest] = spec?.shape ?? [];
  if (size !== null && list.length !== size) return [`${path} has ${list.length} items, expected ${size}`];
  const lengths = new Set(list.map((item) => asArray(item)?.length ?? -1));
  if (lengths.size > 1) return [`${path} is ragged: its items have different lengths`];
  const inner = spec === null ? null : { ...spec, shape: rest };
  for (const [index, item] of list.entries()) {
    const problems = valueProblems(item, `${path}[${index}]`, inner);
    if (problems.length > 0) return problems;
  }
  return [];
}

/** What can be seen of an answer whose form nobody knows: it is not null, and no array in it is ragged or holds null or infinite numbers. */
export function looseProblems(value: unknown, path: string): string[] {
  const object = asObject(value);
  if (object === null) return value === null ? [`${path} is null`] : valueProblems(value, path, null);
  return Object.entries(object).flatMap(([name, item]) =>
    item === null ? [] : looseProblems(item, `${path}.${name}`),
  );
}

function shapeText({ shape }: TensorSpec): string {
  return `[${shape.map((size) => size ?? '?').join(', ')}]`;
}
