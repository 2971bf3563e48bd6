import type { Contract, TensorSpec } from '../pipeline/evidence.ts';
import { printable } from '../printable.ts';

/** Source of contracts whose names nobody gave: an estimator takes rows, and has no word for them. */
export const unnamedSource = 'scikit-learn';

/** One difference between two contracts. */
export interface Difference {
  readonly side: 'inputs' | 'outputs';
  /** A client of the old one fails, or gets something else. */
  readonly breaking: boolean;
  /** A sentence without its full stop. */
  readonly text: string;
}

/**
 * What changes for a client of `before` when `after` answers. Inputs may accept more (a dimension of any size, where it was fixed), outputs may
 * promise more; anything else that changes is breaking, names too, unless one of the two has none.
 */
export function compareContracts(before: Contract, after: Contract): Difference[] {
  const named = ![before, after].some(({ source }) => source === unnamedSource);
  return (['inputs', 'outputs'] as const).flatMap((side) => {
    const [old, now] = [before[side], after[side]];
    const single = old.length === 1 && now.length === 1;
    const olds = named || !single ? old : old.map((tensor) => ({ ...tensor, name: now[0]?.name ?? tensor.name }));
    return compareSide(side === 'inputs' ? 'input' : 'output', olds, now).map((found) => ({ ...found, side }));
  });
}

type Side = 'input' | 'output';
type Found = Omit<Difference, 'side'>;

function compareSide(side: Side, before: readonly TensorSpec[], after: readonly TensorSpec[]): Found[] {
  const differences = before.flatMap((old) => {
    const now = after.find(({ name }) => name === old.name);
    return now === undefined
      ? [{ breaking: true, text: `the ${side} ${told(old)} is gone` }]
      : compareTensor(side, old, now);
  });
  const added = after.filter(({ name }) => !before.some((old) => old.name === name));
  // A client that does not know an input does not send it; an output more does no harm.
  return [
    ...differences,
    ...added.map((tensor) => ({ breaking: side === 'input', text: `the ${side} ${told(tensor)} is new` })),
  ];
}

function compareTensor(side: Side, old: TensorSpec, now: TensorSpec): Found[] {
  const name = `the ${side} "${printable(old.name)}"`;
  const found: Found[] = [];
  if (old.dtype !== now.dtype) found.push({ breaking: true, text: `${name} is ${now.dtype} instead of ${old.dtype}` });
  if (old.shape.length !== now.shape.length) {
    found.push({ breaking: true, text: `${name} has the shape ${shape(now)} instead of ${shape(old)}` });
    return found;
  }
  for (const [index, size] of now.shape.entries()) {
    const was = old.shape[index] ?? null;
    if (was === size) continue;
    const accepts = side === 'input' ? size === null : was === null;
    found.push({
      breaking: !accepts,
      text: `${name} has ${sizeText(size)} instead of ${sizeText(was)} in dimension ${index} of ${shape(now)}`,
    });
  }
  return found;
}

function told({ name, dtype, ...tensor }: TensorSpec): string {
  return `"${printable(name)}" (${dtype} ${shape(tensor)})`;
}

function shape({ shape: sizes }: Pick<TensorSpec, 'shape'>): string {
  return `[${sizes.map((size) => size ?? '?').join(', ')}]`;
}

function sizeText(size: number | null): string {
  return size === null ? 'any size' : String(size);
}
