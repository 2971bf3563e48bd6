const levels = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'] as const;

/** As many characters as fit beside words in a table. */
export const mostPoints = 40;

export interface Scale {
  /** Value of the lowest line. */
  readonly least: number;
  /** Value of the full height. */
  readonly most: number;
}

/**
 * A line of text that shows how values went: a job summary shows no drawings of ours. A value that is not known is a space; of more than 40
 * values each character is the highest of some.
 * @param values in order
 * @param scale of the line; values outside are drawn at its end
 */
export function sparkline(values: readonly (number | null)[], scale: Scale): string {
  const { least, most } = scale;
  return thinned(values)
    .map((value) => {
      if (value === null) return ' ';
      const level = most > least ? Math.ceil(((value - least) / (most - least)) * levels.length) - 1 : 0;
      return levels[Math.max(0, Math.min(level, levels.length - 1))] ?? ' ';
    })
    .join('');
}

function thinned(values: readonly (number | null)[]): (number | null)[] {
  const points = Math.min(mostPoints, values.length);
  const at = (index: number) => Math.floor((index * values.length) / points);
  return Array.from({ length: points }, (_, index) => {
    const known = values.slice(at(index), at(index + 1)).filter((value) => value !== null);
    return known.length === 0 ? null : Math.max(...known);
  });
}
