import type { TensorSpec } from '../../../pipeline/evidence.ts';
import { asArray, asObject } from '../json.ts';
import { jsonOf } from '../judging.ts';
import type { Ask, Outcome } from '../protocol.ts';
import { elementProblem, isBatch } from '../tensors.ts';
import { dtypeOf } from './datatypes.ts';

const mostProblems = 5;

/** What is wrong with an answer: tensors that are missing or of another type or shape than described, elements that are not finite. */
export function answerProblems(ask: Ask, outcome: Outcome, described: readonly TensorSpec[]): readonly string[] {
  const body = jsonOf(outcome);
  if ('problem' in body) return [body.problem];
  const outputs = asArray(asObject(body.value)?.['outputs']);
  if (outputs === null) return ['the answer has no array `outputs`'];
  if (outputs.length === 0) return ['the answer has no outputs'];
  const names = outputs.map((output) => asObject(output)?.['name']);
  const missing = described
    .filter(({ name }) => !names.includes(name))
    .map(({ name }) => `the output ${name} is missing`);
  const found = outputs.flatMap((output, index) => tensorProblems(output, index, ask.rows, described));
  return [...missing, ...found].slice(0, mostProblems);
}

function tensorProblems(
  output: unknown,
  index: number,
  rows: number | null,
  described: readonly TensorSpec[],
): readonly string[] {
  const { name, datatype, shape, data } = asObject(output) ?? {};
  const sizes = asArray(shape);
  const elements = asArray(data)?.flat(Number.POSITIVE_INFINITY) ?? null;
  if (typeof name !== 'string' || typeof datatype !== 'string' || sizes === null || elements === null) {
    return [`outputs[${index}] lacks one of name, datatype, shape, data`];
  }
  const count = sizes.reduce<number>((product, size) => product * Number(size), 1);
  if (elements.length !== count) {
    return [`${name} has ${elements.length} elements, its shape [${sizes.join(', ')}] wants ${count}`];
  }
  const spec = described.find((each) => each.name === name);
  const dtype = dtypeOf(datatype);
  const problems =
    spec === undefined
      ? rowProblems(name, sizes, rows)
      : [
          ...(spec.dtype === dtype ? [] : [`${name} is ${dtype}, described as ${spec.dtype}`]),
          ...shapeProblems(spec, sizes, rows),
        ];
  for (const [position, element] of elements.entries()) {
    const problem = elementProblem(dtype, element);
    if (problem === null) continue;
    problems.push(`${name}.data[${position}] ${problem}`);
    break;
  }
  return problems;
}

function shapeProblems(spec: TensorSpec, sizes: readonly unknown[], rows: number | null): string[] {
  const wanted = spec.shape.map((size, index) => size ?? (index === 0 && isBatch(spec) ? rows : null));
  const fits = wanted.length === sizes.length && wanted.every((size, index) => size === null || size === sizes[index]);
  if (fits) return [];
  return [
    `${spec.name} has the shape [${sizes.join(', ')}], expected [${wanted.map((size) => size ?? '?').join(', ')}]`,
  ];
}

function rowProblems(name: string, sizes: readonly unknown[], rows: number | null): string[] {
  if (rows === null || sizes[0] === rows) return [];
  return [`asked with ${rows} rows, ${name} has the shape [${sizes.join(', ')}]`];
}

/** The tensors of an answer by name. */
export function outputsOf(body: unknown): Record<string, unknown> {
  const outputs = asArray(asObject(body)?.['outputs']) ?? [];
  return Object.fromEntries(
    outputs.map((output, index) => {
      const { name, data } = asObject(output) ?? {};
      return [typeof name === 'string' ? name : String(index), data];
    }),
  );
}

/** Rows of a request that somebody wrote down; null when the model has no batch dimension. */
export function rowsOf(inputs: unknown, described: readonly TensorSpec[]): number | null {
  const first = asObject(asArray(inputs)?.[0]);
  const spec = described.find(({ name }) => name === first?.['name']);
  const size = asArray(first?.['shape'])?.[0];
  return spec !== undefined && isBatch(spec) && typeof size === 'number' ? size : null;
}
