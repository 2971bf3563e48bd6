import { asArray, asObject } from '../server/protocols/json.ts';
import { differences, exact } from './tolerance.ts';

/** How many rows got the expected class, over all golden requests that ask for the same. */
export interface Tally {
  rows: number;
  agreed: number;
  /** The first rows that got another class. */
  readonly wrong: string[];
}

/**
 * Counts the rows whose class is the expected one. A row is a label, or scores: an array or an object of numbers, of which the largest
 * decides.
 * @param expected rows, in an array; fields of objects on the way to it are followed; anything else is one row
 * @param actual of the answer
 * @param top the expected class may be among this many largest scores
 * @param path where both stand
 * @param tally is added to
 * @returns what keeps the two from being compared, in words
 */
export function countAgreement(
  expected: unknown,
  actual: unknown,
  top: number,
  path: string,
  tally: Tally,
): readonly string[] {
  const count = (wanted: unknown, given: unknown, where: string): void => {
    tally.rows++;
    if (agrees(wanted, given, top)) tally.agreed++;
    else tally.wrong.push(where);
  };
  const object = asObject(expected);
  if (asArray(expected) === null && (object === null || scoresOf(expected) !== null)) {
    count(expected, actual, path === '' ? 'the answer' : path);
    return [];
  }
  return differences(expected, actual, exact, path, (rows, given, where) => {
    for (const [index, row] of rows.entries()) count(row, given[index], `${where}[${index}]`);
    return [];
  });
}

function agrees(wanted: unknown, given: unknown, top: number): boolean {
  const label = labelOf(wanted);
  const scores = scoresOf(given);
  if (scores === null) return label === labelOf(given);
  const best = scores.toSorted(([, a], [, b]) => b - a).slice(0, top);
  return best.some(([name]) => name === label);
}

/** The class of a row: what it says, or where its largest number is. */
function labelOf(row: unknown): unknown {
  const scores = scoresOf(row);
  if (scores !== null) return scores.reduce((best, next) => (next[1] > best[1] ? next : best))[0];
  const list = asArray(row);
  return list?.length === 1 ? list[0] : row;
}

/** A single number in an array is a label: it has nothing to be larger than. */
function scoresOf(row: unknown): readonly [name: string | number, score: number][] | null {
  const list = asArray(row);
  const entries: [string | number, unknown][] =
    list === null ? Object.entries(asObject(row) ?? {}) : [...list.entries()];
  const scores = entries.filter((entry): entry is [string | number, number] => typeof entry[1] === 'number');
  return scores.length > (list === null ? 0 : 1) && scores.length === entries.length ? scores : null;
}
