import { visible } from '../visible.ts';

/** Markup that is safe to insert as it is. */
export class Markup {
  readonly source: string;

  constructor(source: string) {
    this.source = source;
  }
}

export type Content = string | number | Markup | null | readonly Content[];

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
  '`': '&#96;',
};

/** Text as HTML text or attribute value: nothing in it is markup any more. */
export function escapeHtml(text: string): string {
  return visible(text).replaceAll(/[&<>"'`]/g, (character) => entities[character] ?? '');
}

/** Tagged template: whatever is inserted is escaped unless it is Markup itself. */
export function html(strings: TemplateStringsArray, ...values: readonly Content[]): Markup {
  const parts = strings.map((part, index) => part + (index < values.length ? render(values[index] ?? null) : ''));
  return new Markup(parts.join(''));
}

function render(value: Content): string {
  if (value === null) return '';
  if (value instanceof Markup) return value.source;
  if (typeof value === 'string' || typeof value === 'number') return escapeHtml(String(value));
  return value.map((each) => render(each)).join('');
}
