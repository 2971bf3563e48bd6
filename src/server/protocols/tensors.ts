import type { TensorSpec } from '../../pipeline/evidence.ts';
import { sequence } from './sequence.ts';
import { cut } from '../../cut.ts';

/** A tensor made up for a request. */
export interface SampleTensor {
  readonly name: string;
  readonly dtype: string;
  readonly shape: readonly number[];
  /** Elements in row-major order. */
  readonly flat: readonly (number | boolean | string)[];
}

export interface SampleWish {
  /** Size of a first dimension that may have any size: the batch. */
  readonly rows: number;
  /** The same seed gives the same elements. */
  readonly seed: number;
  /** Size of another dimension that may have any size; null: unknown. */
  readonly sizeOf: (name: string, dimension: number) => number | null;
  /** The value of all elements of this type; null: a made-up one for each. */
  readonly elementOf?: (dtype: string) => number | string | null;
}

/** More are no longer a request in JSON. */
const mostElements = 20_000_000;

/** A tensor that takes any number of rows. */
export function isBatch({ shape }: Pick<TensorSpec, 'shape'>): boolean {
  return shape.length > 0 && shape[0] === null;
}

/**
 * Makes a tensor that fits its specification, or says what the specification leaves open. Numbers are between 0 and 1, whole ones 0 or
 * 1: most models are defined there.
 */
export function sampleTensor(
  spec: TensorSpec,
  { rows, seed, sizeOf, elementOf = () => null }: SampleWish,
): SampleTensor | string {
  const element = elements[kindOf(spec.dtype) ?? 'other'];
  if (element === undefined) return `the input ${spec.name} has the type ${spec.dtype}, which JSON cannot carry`;
  const sizes = spec.shape.map((size, index) => size ?? (index === 0 ? rows : sizeOf(spec.name, index)));
  const unknown = sizes.indexOf(null);
  if (unknown >= 0) return `the input ${spec.name} may have any size in dimension ${unknown}`;
  const shape = sizes.filter((size) => size !== null);
  const count = shape.reduce((product, size) => product * size, 1);
  if (count > mostElements) return `the input ${spec.name} would have ${count} elements`;
  const random = sequence(seed);
  const same = elementOf(spec.dtype);
  const flat = Array.from({ length: count }, () => same ?? element(random));
  return { name: spec.name, dtype: spec.dtype, shape, flat };
}

/** The elements as arrays in arrays. */
export function nested({ shape, flat }: Pick<SampleTensor, 'shape' | 'flat'>): unknown {
  const [first, ...rest] = shape;
  if (first === undefined) return flat[0];
  const size = rest.reduce((product, length) => product * length, 1);
  return Array.from({ length: first }, (_, index) =>
    nested({ shape: rest, flat: flat.slice(index * size, (index + 1) * size) }),
  );
}

/** What is wrong with one element of an output of this type, in words; null: nothing. An unknown type takes everything but null. */
export function elementProblem(dtype: string, value: unknown): string | null {
  if (value === null) return 'is null, which is how NaN is often written';
  if (typeof value === 'number' && !Number.isFinite(value)) return 'is not a finite number';
  const right: Readonly<Record<Kind, boolean>> = {
    bool: typeof value === 'boolean' || value === 0 || value === 1,
    whole: typeof value === 'number' && Number.isInteger(value),
    float: typeof value === 'number',
    text: typeof value === 'string',
  };
  const kind = kindOf(dtype);
  return kind === null || right[kind] ? null : `is ${cut(JSON.stringify(value), 40)}, its type is ${dtype}`;
}

/** What JSON makes of a type. */
export type Kind = 'bool' | 'whole' | 'float' | 'text';

/** Null: of a type that is not known. */
export function kindOf(dtype: string): Kind | null {
  if (dtype === 'bool') return 'bool';
  if (/^u?int\d+$/.test(dtype)) return 'whole';
  if (/^b?float\d+$/.test(dtype)) return 'float';
  return dtype === 'string' ? 'text' : null;
}

const elements: Readonly<Record<string, ((random: () => number) => number | boolean | string) | undefined>> = {
  bool: (random) => random() < 0.5,
  whole: (random) => Math.floor(2 * random()),
  float: (random) => Number((0.1 + 0.8 * random()).toFixed(4)),
  text: () => 'sample text',
};
