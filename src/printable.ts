/** Text with every control, bidirectional or otherwise invisible character written as its code: they could change what a terminal shows. */
export function escaped(text: string): string {
  return text.replaceAll(/[\p{C}\p{Zl}\p{Zp}]/gu, (character) => {
    const code = character.codePointAt(0) ?? 0;
    if (code < 0x100) return `\\x${code.toString(16).padStart(2, '0')}`;
    return code < 0x1_00_00 ? `\\u${code.toString(16).padStart(4, '0')}` : `\\U${code.toString(16).padStart(8, '0')}`;
  });
}

const maxText = 60;

/** Text without control characters, shortened. */
export function printable(text: string): string {
  return escaped(text.length > maxText ? `${text.slice(0, maxText - 3)}...` : text);
}
