import { countAgreement, type Tally } from './agreement.ts';
import { judgeCosine } from './cosine.ts';
import type { GoldenRequest, GoldenTolerance } from './golden-file.ts';
import { valuesAt } from '../json-path.ts';
import { defaultTolerance, differences } from './tolerance.ts';

const mostShown = 3;

/** Judges answers to golden requests one by one, and at the end what only all of them together tell. */
export interface GoldenJudge {
  /** What is wrong with the answer (its JSON) to one request, in words; empty: nothing. */
  readonly judge: (request: GoldenRequest, answer: unknown) => readonly string[];
  /** What is wrong over all of them: too few rows with the expected class. */
  readonly end: () => readonly string[];
}

/** Compares as each request's `at` and `tolerance` say. Rows of all requests with the same `agreement` count together. */
export function goldenJudge(): GoldenJudge {
  const tallies = new Map<string, { readonly allowed: string; readonly least: number; readonly tally: Tally }>();
  const tallyOf = (tolerance: GoldenTolerance & { agreement: number }): Tally => {
    const allowed = allowedText(tolerance);
    const known = tallies.get(allowed) ?? {
      allowed,
      least: tolerance.agreement,
      tally: { rows: 0, agreed: 0, wrong: [] },
    };
    tallies.set(allowed, known);
    return known.tally;
  };

  const compare = (tolerance: GoldenTolerance, expected: unknown, actual: unknown, path: string): readonly string[] => {
    if ('agreement' in tolerance) return countAgreement(expected, actual, tolerance.top, path, tallyOf(tolerance));
    if ('cosine' in tolerance)
      return differences(expected, actual, defaultTolerance, path, judgeCosine(tolerance.cosine));
    return differences(expected, actual, tolerance, path);
  };

  return {
    judge: ({ at, expect, tolerance }, answer) => {
      const places = valuesAt(at, answer);
      const path = at.text === '$' ? '' : at.text;
      const problems = at.single
        ? places.length === 0
          ? [`${at.text} is not in the answer`]
          : compare(tolerance, expect, places[0], path)
        : eachPlace(expect as readonly unknown[], places, at.text, (wanted, given, where) =>
            compare(tolerance, wanted, given, where),
          );
      if (problems.length === 0) return [];
      const more = problems.length > mostShown ? `; and ${problems.length - mostShown} more` : '';
      return [`${problems.slice(0, mostShown).join('; ')}${more} (allowed: ${allowedText(tolerance)})`];
    },
    end: () =>
      [...tallies.values()].flatMap(({ allowed, least, tally: { rows, agreed, wrong } }) =>
        // 0.55 * 100 is a little more than 55 in floating point.
        agreed >= Math.ceil(least * rows - 1e-9)
          ? []
          : [
              `${agreed} of ${rows} rows have the expected class, not ${wrong.slice(0, mostShown).join(', ')} (allowed: ${allowed})`,
            ],
      ),
  };
}

function eachPlace(
  expected: readonly unknown[],
  places: readonly unknown[],
  path: string,
  compare: (wanted: unknown, given: unknown, where: string) => readonly string[],
): readonly string[] {
  if (expected.length !== places.length) return [`${path} is at ${places.length} places, expected ${expected.length}`];
  return expected.flatMap((wanted, index) => compare(wanted, places[index], `${path} (${index + 1}.)`));
}

/** The tolerance in words, for limits and messages. */
export function allowedText(tolerance: GoldenTolerance): string {
  if ('cosine' in tolerance) return `cosine from ${tolerance.cosine}`;
  if ('absolute' in tolerance) return `absolute ${tolerance.absolute}, relative ${tolerance.relative}`;
  const among = tolerance.top === 1 ? '' : ` among the largest ${tolerance.top}`;
  return `agreement of ${Number((tolerance.agreement * 100).toFixed(6))} % of the rows${among}`;
}
