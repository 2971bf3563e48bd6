import { asArray, asObject } from '../server/protocols/json.ts';
import { cut } from '../cut.ts';

/** How far a number may be from the expected one: within `absolute`, or within `relative` times the expected number. */
export interface Tolerance {
  readonly absolute: number;
  readonly relative: number;
}

/** Covers another order of the same 32-bit additions (other core count, other device), and nothing a user would notice. */
export const defaultTolerance: Tolerance = { absolute: 1e-6, relative: 1e-6 };

export const exact: Tolerance = { absolute: 0, relative: 0 };

/**
 * Judges arrays as a whole, before their items are looked at.
 * @returns what is wrong, in words; null: the items tell
 */
export type JudgeArray = (
  expected: readonly unknown[],
  actual: readonly unknown[],
  path: string,
) => readonly string[] | null;

/**
 * Places where `actual` differs from `expected` beyond the tolerance, in words; empty: none. Fields of objects that `expected` does
 * not name are ignored; arrays must have the same length.
 */
export function differences(
  expected: unknown,
  actual: unknown,
  tolerance: Tolerance,
  path = '',
  judgeArray: JudgeArray = () => null,
): string[] {
  const here = path === '' ? 'the answer' : path;
  if (typeof expected === 'number' && typeof actual === 'number') {
    return close(expected, actual, tolerance) ? [] : [`${here} is ${actual}, expected ${expected}`];
  }
  const [list, items] = [asArray(expected), asArray(actual)];
  if (list !== null && items !== null) {
    if (list.length !== items.length) return [`${here} has ${items.length} items, expected ${list.length}`];
    const judged = judgeArray(list, items, here);
    if (judged !== null) return [...judged];
    return list.flatMap((item, index) => differences(item, items[index], tolerance, `${path}[${index}]`, judgeArray));
  }
  const wanted = asObject(expected);
  const given = asObject(actual);
  if (wanted !== null && given !== null) {
    return Object.entries(wanted).flatMap(([name, item]) => {
      const inner = path === '' ? name : `${path}.${name}`;
      return Object.hasOwn(given, name)
        ? differences(item, given[name], tolerance, inner, judgeArray)
        : [`${inner} is missing`];
    });
  }
  return expected === actual ? [] : [`${here} is ${short(actual)}, expected ${short(expected)}`];
}

function close(expected: number, actual: number, { absolute, relative }: Tolerance): boolean {
  return Math.abs(actual - expected) <= Math.max(absolute, relative * Math.abs(expected));
}

function short(value: unknown): string {
  const text = value === undefined ? 'nothing' : JSON.stringify(value);
  return cut(text, 60);
}
