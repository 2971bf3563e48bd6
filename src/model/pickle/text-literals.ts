const simpleEscapes: Readonly<Record<string, string>> = {
  '\n': '',
  '\\': '\\',
  "'": "'",
  '"': '"',
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
};

/**
 * Decodes the escapes of a Python 2 string literal: `\n`, `\x6f`, `\157`, ...; unknown ones stay as they are.
 * One character per byte. Null when a `\x` lacks its two digits or a backslash ends the text.
 */
export function escapedBytes(text: string): string | null {
  if (!text.includes('\\')) return text;
  const state = { wrong: false };
  const decoded = text.replaceAll(/\\(x[0-9a-fA-F]{0,2}|[0-7]{1,3}|[^]|$)/g, (whole: string, escape: string) => {
    if (escape === '') {
      state.wrong = true;
      return '';
    }
    if (escape.startsWith('x')) {
      state.wrong ||= escape.length < 3;
      return String.fromCharCode(Number.parseInt(escape.slice(1), 16));
    }
    if (/^[0-7]/.test(escape)) return String.fromCharCode(Number.parseInt(escape, 8) & 0xff);
    return simpleEscapes[escape] ?? whole;
  });
  return state.wrong ? null : decoded;
}

/** Decodes Python's `raw-unicode-escape`: only backslash-u with 4 and backslash-U with 8 digits count. Null when digits are missing. */
export function rawUnicode(text: string): string | null {
  if (!text.includes('\\')) return text;
  const state = { wrong: false };
  // An even number of backslashes before the u is no escape.
  const decoded = text.replaceAll(/(\\+)(u([0-9a-fA-F]{0,4})|U([0-9a-fA-F]{0,8}))/g, (...groups: string[]) => {
    const [whole = '', slashes = '', letter = '', short, long] = groups;
    if (slashes.length % 2 === 0) return whole;
    const digits = short ?? long ?? '';
    const code = Number.parseInt(digits, 16);
    if (digits.length < (letter.startsWith('u') ? 4 : 8) || code > 0x10ffff) {
      state.wrong = true;
      return '';
    }
    return slashes.slice(1) + String.fromCodePoint(code);
  });
  return state.wrong ? null : decoded;
}
