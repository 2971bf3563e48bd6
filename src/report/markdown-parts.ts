import { count } from './format.ts';
import { visible } from './visible.ts';

export const mostRows = 100;

/** Text in which no character means anything to Markdown, HTML or GitHub. */
export function escapeMarkdown(text: string): string {
  return visible(text, true)
    .replaceAll(/[&<>`*_{}[\]#|~@\\$]/g, (character) => `&#${character.codePointAt(0) ?? 0};`)
    .replaceAll(/:(?=\/\/)/g, '&#58;')
    .replaceAll(/\bwww\./gi, (www) => `${www.slice(0, 3)}&#46;`)
    .replace(
      /^(\s*)([-+]|\d+\.)(?=\s)/,
      (_, space: string, bullet: string) =>
        `${space}${bullet.slice(0, -1)}&#${bullet.codePointAt(bullet.length - 1) ?? 0};`,
    );
}

/** A part that is folded at first. */
export function folded(title: string, body: string): string {
  return `<details><summary>${escapeMarkdown(title)}</summary>\n\n${body}\n</details>\n`;
}

/** A table; every cell is escaped here. */
export function table(headers: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.map((cell) => escapeMarkdown(cell)).join(' | ')} |\n`;
  const rest = rows.length - mostRows;
  const more = rest > 0 ? `\nand ${count(rest)} more, in the JSON evidence\n` : '';
  return line(headers) + line(headers.map(() => '---')) + rows.slice(0, mostRows).map(line).join('') + more;
}
