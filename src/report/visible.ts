/**
 * Characters that cannot be seen: controls, escapes, zero-width ones, and direction overrides that make text read as something else.
 * Line feed, tab and carriage return are the caller's matter.
 */
const invisible = /[\p{Cc}\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/gu;

/** Shows what cannot be seen by its number, as in `\u202e`; with `oneLine`, breaks and tabs become spaces. */
export function visible(text: string, oneLine = false): string {
  const flat = oneLine ? text.replaceAll(/[\r\n\t]+/g, ' ') : text.replaceAll('\r\n', '\n');
  return flat.toWellFormed().replaceAll(invisible, (character) => {
    if (character === '\n' || character === '\t') return character;
    return `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`;
  });
}
