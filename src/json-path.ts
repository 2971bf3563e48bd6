/** One step of a path: a name or an index; null: all members. */
type Step = string | number | null;

/** A place, or several, in a JSON value. */
export interface JsonPath {
  /** As it was written. */
  readonly text: string;
  /** It names one place at most: no `*` in it. */
  readonly single: boolean;
  readonly steps: readonly Step[];
}

/** The whole value. */
export const wholeValue: JsonPath = { text: '$', single: true, steps: [] };

const step =
  /^(?:\.(?<name>[A-Za-z_\u0080-\uffff][\w\u0080-\uffff-]*)|\['(?<quoted>(?:[^'\\]|\\['\\])*)'\]|\["(?<double>(?:[^"\\]|\\["\\])*)"\]|\[(?<index>0|-?[1-9]\d*)\]|(?<every>\.\*|\[\*\]))/;

/**
 * Reads a JSONPath (RFC 9535) of names, indices and `*`: `$.outputs[0].data`, `$.data[*]['embedding']`. Without descendants, slices and
 * filters.
 * @returns the path, or what is wrong with it, in words
 */
export function parseJsonPath(text: string): JsonPath | string {
  if (!text.startsWith('$')) return 'a path begins with $, the whole answer';
  const steps: Step[] = [];
  for (let rest = text.slice(1); rest !== '';) {
    const found = step.exec(rest);
    if (found === null) return `"${rest}" is no name (.name, ['name']), index ([0]) or wildcard ([*])`;
    const { name, quoted, double, index } = found.groups ?? {};
    const written = quoted ?? double;
    steps.push(name ?? written?.replaceAll(/\\(.)/g, '$1') ?? (index === undefined ? null : Number(index)));
    rest = rest.slice(found[0].length);
  }
  return { text, steps, single: !steps.includes(null) };
}

/** What stands at the places of a path, in order; empty when there is nothing. */
export function valuesAt({ steps }: JsonPath, value: unknown): readonly unknown[] {
  return steps.reduce<readonly unknown[]>((values, one) => values.flatMap((item) => members(item, one)), [value]);
}

function members(value: unknown, one: Step): readonly unknown[] {
  if (typeof value !== 'object' || value === null) return [];
  if (one === null) return Object.values(value) as unknown[];
  if (typeof one === 'string') {
    return Array.isArray(value) || !Object.hasOwn(value, one)
      ? []
      : [(value as Readonly<Record<string, unknown>>)[one]];
  }
  if (!Array.isArray(value)) return [];
  const list = value as readonly unknown[];
  const index = one < 0 ? list.length + one : one;
  return index in list ? [list[index]] : [];
}
