import type { TensorSpec } from '../../pipeline/evidence.ts';
import { kindOf } from './tensors.ts';

/** A value at the edge of what a type can hold. */
export interface EdgeValue {
  /** Of the request that is made with it. */
  readonly name: string;
  /** The value for an element of this type; null: this type has no such edge. */
  readonly of: (dtype: string) => number | string | null;
}

const largestFloats: Readonly<Record<string, number>> = {
  float16: 65_504,
  bfloat16: 3.3895313892515355e38,
  float32: 3.4028234663852886e38,
  float64: Number.MAX_VALUE,
};

/** Texts of no length, beyond ASCII and beyond 16 bits, and long. */
export const edgeTexts: Readonly<Record<'empty' | 'foreign' | 'long', string>> = {
  empty: '',
  foreign: 'Größe 中文 \u{1F600}\n\u0000',
  long: 'long text '.repeat(1000),
};

const numeric = (dtype: string): boolean => ['float', 'whole'].includes(kindOf(dtype) ?? '');
const text = (value: string) => (dtype: string) => (kindOf(dtype) === 'text' ? value : null);

/** Tried with one row each. Whether a model is defined there nobody knows: it may refuse and even fail, but not end or fall silent. */
export const edgeValues: readonly EdgeValue[] = [
  { name: 'zeros', of: (dtype) => (numeric(dtype) ? 0 : null) },
  { name: 'negative numbers', of: (dtype) => (numeric(dtype) && !dtype.startsWith('u') ? -1 : null) },
  { name: 'the largest numbers', of: largest },
  { name: 'the smallest numbers', of: smallest },
  { name: 'empty texts', of: text(edgeTexts.empty) },
  { name: 'texts beyond ASCII', of: text(edgeTexts.foreign) },
  { name: 'long texts', of: text(edgeTexts.long) },
];

/** Those that at least one of the inputs has. */
export function edgeValuesOf(inputs: readonly TensorSpec[]): readonly EdgeValue[] {
  return edgeValues.filter(({ of }) => inputs.some(({ dtype }) => of(dtype) !== null));
}

/** Sizes to try where an inner dimension may have any: the smallest, and one that no padding makes. */
export const otherSizes: readonly number[] = [1, 17];

/** An inner dimension may have any size. */
export function isOpen({ shape }: Pick<TensorSpec, 'shape'>): boolean {
  return shape.slice(1).includes(null);
}

function largest(dtype: string): number | null {
  if (kindOf(dtype) === 'float') return largestFloats[dtype] ?? null;
  if (kindOf(dtype) !== 'whole') return null;
  const bits = Number(dtype.replace(/^u?int/, '')) - (dtype.startsWith('u') ? 0 : 1);
  // Larger whole numbers cannot be written by every JSON writer without loss.
  return Math.min(2 ** bits - 1, Number.MAX_SAFE_INTEGER);
}

function smallest(dtype: string): number | null {
  const most = largest(dtype);
  if (most === null || dtype.startsWith('u')) return null;
  return kindOf(dtype) === 'float' || most === Number.MAX_SAFE_INTEGER ? -most : -most - 1;
}
