import { asArray, asObject } from '../json.ts';

const batch = /\{\{(?:rows|csv)\}\}/;
const placeholder = /\{\{(rows|row|csv)\}\}/g;

/**
 * Whether rows are to be put into a template.
 * @param template of a body
 * @param how `batch`: as many as one likes
 */
export function hasRows(template: string | null, how: 'batch' | 'any' = 'any'): boolean {
  return template !== null && (batch.test(template) || (how === 'any' && template.includes('{{row}}')));
}

/**
 * Puts rows into a template: `{{rows}}` becomes a JSON array of them, `{{row}}` the first one as JSON, `{{csv}}` a line for each.
 * @param template of a body
 * @param rows values of the only input, or objects of all inputs
 */
export function render(template: string, rows: readonly unknown[]): string {
  const values: Readonly<Record<string, () => string>> = {
    rows: () => JSON.stringify(rows),
    row: () => JSON.stringify(rows[0] ?? null),
    csv: () => rows.map((row) => cells(row).map(cell).join(',')).join('\n'),
  };
  return template.replaceAll(placeholder, (written, name: string) => values[name]?.() ?? written);
}

/** All values of a row behind each other. */
function cells(value: unknown): readonly unknown[] {
  const items = asArray(value) ?? (asObject(value) === null ? null : Object.values(asObject(value) ?? {}));
  return items === null ? [value] : items.flatMap(cells);
}

/** RFC 4180: a text with a separator in it stands in quotes. */
function cell(value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
