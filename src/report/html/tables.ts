import { count, shortenDigests } from '../format.ts';
import { html, Markup, type Content } from './markup.ts';

/** Longest table; a model with a thousand files must not make a report of a thousand pages. */
export const mostRows = 200;

/** A part of a report that can be folded. */
export function section(title: string, summary: string, body: Markup, open: boolean): Markup {
  return html`<details${open ? new Markup(' open') : null}><summary>${title}<span class="sub">${shortenDigests(summary)}</span></summary>${body}</details>`;
}

/** A header that begins with `>` stands over numbers. On a narrow page it scrolls; with `stacked` its cells stand below each other there. */
export function table(
  headers: readonly string[],
  rows: readonly (readonly Content[])[],
  { stacked = false }: { readonly stacked?: boolean } = {},
): Markup {
  const head = headers.map((header) =>
    header.startsWith('>') ? html`<th class="number">${header.slice(1)}</th>` : html`<th>${header}</th>`,
  );
  const shown = rows.slice(0, mostRows).map(
    (row) =>
      html`<tr>
        ${row}
      </tr>`,
  );
  const rest = rows.length - shown.length;
  const more =
    rest > 0
      ? html`<tr>
          <td colspan="${headers.length}" class="sub">and ${count(rest)} more, in the JSON evidence</td>
        </tr>`
      : null;
  return html`<div class="wide">
    <table class="${stacked ? 'stacked' : 'plain'}">
      <thead>
        <tr>
          ${head}
        </tr>
      </thead>
      <tbody>
        ${shown}${more}
      </tbody>
    </table>
  </div>`;
}
