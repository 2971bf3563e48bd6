/** Markup that is safe to insert as it is. */
export class Markup {
  readonly source: string;

  constructor(source: string) {
    this.source = source;
  }
}

export type Content = string | number | Markup | null | readonly Content[];

/** Direction overrides and control characters can make text read as something else, so they are shown by their number. */
const invisible =
  /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/gu;

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
  return text
    .toWellFormed()
    .replaceAll(invisible, (character) => `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`)
    .replaceAll(/[&<>"'`]/g, (character) => entities[character] ?? '');
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
