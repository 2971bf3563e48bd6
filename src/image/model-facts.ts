import type { FileEvidence } from '../pipeline/evidence.ts';

/** What the scan of a model's files found, all files together. */
export interface FormatFacts {
  readonly formats: readonly string[];
  readonly dtypes: readonly string[];
  /** Null when no file tells. */
  readonly parameters: number | null;
}

/**
 * Puts the facts of all files of a model together.
 * @param files of validate's evidence
 * @returns formats and types of elements sorted, none twice
 */
export function formatFacts(files: readonly FileEvidence[]): FormatFacts {
  const numbers = files.map(({ facts }) => facts['parameters']).filter((value) => typeof value === 'number');
  const dtypes = files.flatMap(({ facts: { dtypes: found } }) =>
    Array.isArray(found) ? (found as readonly string[]) : [],
  );
  return {
    formats: [...new Set(files.map(({ format }) => format))].sort(),
    dtypes: [...new Set(dtypes)].sort(),
    parameters: numbers.length === 0 ? null : numbers.reduce((sum, value) => sum + value, 0),
  };
}
