import type { JudgeArray } from './tolerance.ts';

/**
 * Compares every array of numbers as a vector: embeddings of another device or precision turn a little, all numbers at once.
 * @param least smallest cosine of the angle between the expected and the given vector
 */
export function judgeCosine(least: number): JudgeArray {
  return (expected, actual, path) => {
    if (expected.length === 0 || !areNumbers(expected)) return null;
    if (!areNumbers(actual)) return [`${path} is no vector of numbers`];
    const found = cosine(expected, actual);
    return found >= least ? [] : [`${path} has the cosine ${found.toFixed(6)} to the expected vector`];
  };
}

function areNumbers(list: readonly unknown[]): list is readonly number[] {
  return list.every((item) => typeof item === 'number');
}

/** Two vectors of zeros are equal; one alone is like nothing. */
function cosine(a: readonly number[], b: readonly number[]): number {
  const [ofA, ofB] = [length(a), length(b)];
  if (ofA === 0 || ofB === 0) return ofA === ofB ? 1 : 0;
  return a.reduce((sum, value, index) => sum + (value / ofA) * ((b[index] ?? 0) / ofB), 0);
}

/** Squares of large numbers are beyond the range: the largest is taken out first. */
function length(vector: readonly number[]): number {
  const largest = vector.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  if (largest === 0) return 0;
  return largest * Math.sqrt(vector.reduce((sum, value) => sum + (value / largest) ** 2, 0));
}
