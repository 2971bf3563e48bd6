import { stripVTControlCharacters } from 'node:util';

/**
 * Text that cannot steer a terminal: escape sequences and control characters are taken out. Line feeds stay only with `multiline`.
 * Output of pods and file names of models come from strangers.
 */
export function printable(text: string, multiline = false): string {
  const visible = stripVTControlCharacters(text);
  // U+202A..E and U+2066..9 reorder what follows, so that a line could show something else than it says.
  const kept = Array.from(visible, (character) => {
    if (character === '\n') return multiline ? '\n' : ' ';
    if (character === '\t') return ' ';
    const code = character.codePointAt(0) ?? 0;
    const control = code < 0x20 || (code >= 0x7f && code < 0xa0);
    const reorders = (code >= 0x202a && code <= 0x202e) || (code >= 0x2066 && code <= 0x2069);
    return control || reorders ? '' : character;
  });
  return kept.join('');
}

/** Cuts to a number of columns, with an ellipsis. */
export function shorten(text: string, columns: number): string {
  const characters = Array.from(text);
  return characters.length <= columns ? text : `${characters.slice(0, Math.max(columns - 1, 0)).join('')}…`;
}
