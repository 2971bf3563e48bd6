import type { TensorSpec } from '../../../pipeline/evidence.ts';
import { predictionProblems } from '../rows/predictions.ts';

/** An array of an answer that is not inside another one, with the names that lead to it. */
export interface OuterArray {
  readonly path: string;
  readonly array: readonly unknown[];
}

/**
 * What is wrong with an answer that its own description allows, but the project does not: it declares its outputs. Arrays with the name of an output
 * hold that one; a single array of as many items as rows were asked holds a row each. Of any other form nobody knows which part is which.
 * @param arrays of the answer
 * @param rows of the request
 * @param outputs as the project declares them
 */
export function declaredProblems(
  arrays: readonly OuterArray[],
  rows: number,
  outputs: readonly TensorSpec[],
): readonly string[] {
  const named = outputs.flatMap((output) => {
    const found = arrays.find(({ path }) => path.split('.').at(-1) === output.name);
    return found === undefined ? [] : [{ ...found, output }];
  });
  if (named.length > 0) {
    return named.flatMap(({ path, array, output }) => predictionProblems(array, rows, [output], path));
  }
  const [only, ...others] = arrays.filter(({ array }) => array.length === rows);
  if (only === undefined || others.length > 0) return [];
  return predictionProblems(only.array, rows, outputs, only.path === '' ? 'the answer' : only.path);
}
