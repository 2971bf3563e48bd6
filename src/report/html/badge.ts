import type { Tone } from '../outcome.ts';
import { html, Markup } from './markup.ts';

const icons: Readonly<Record<Tone, string>> = {
  good: 'M3 8.5l3.2 3.2L13 4.8',
  bad: 'M3 6.5h6.2a3.4 3.4 0 0 1 0 6.8H6M6 3.2L2.7 6.5 6 9.8',
  waiting: 'M5.5 4v8M10.5 4v8',
  trouble: 'M8 3v6.2M8 12.6v.2',
};

/** A word with its icon: the meaning never hangs on colour alone. */
export function badge(word: string, tone: Tone): Markup {
  const icon = `<svg viewBox="0 0 16 16" aria-hidden="true"><path d="${icons[tone]}" fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round"/></svg>`;
  return html`<span class="badge ${tone}">${new Markup(icon)}${word}</span>`;
}
