/** One requirement or option of a requirements file. */
export interface RequirementLine {
  /** Where it begins, counted from 1. */
  readonly line: number;
  /** Without comments; continued lines are joined. */
  readonly text: string;
}

/**
 * Reads a requirements file as pip does: a backslash at its end continues a line, but not one that is only a comment.
 * @param text of the file
 * @returns what is not empty, options such as `--index-url` among it
 */
export function requirementLines(text: string): RequirementLine[] {
  const lines: RequirementLine[] = [];
  let begins = 0;
  let joined = '';
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    if (joined === '') begins = index + 1;
    const comment = /^\s*#/.test(line);
    joined += comment ? ` ${line}` : line.replace(/\\+$/, '');
    if (line.endsWith('\\') && !comment) continue;
    lines.push({ line: begins, text: withoutComment(joined) });
    joined = '';
  }
  lines.push({ line: begins, text: withoutComment(joined) });
  return lines.filter((entry) => entry.text !== '');
}

function withoutComment(line: string): string {
  return line.replace(/(^|\s)#.*$/, '').trim();
}

/**
 * The name under which package indexes compare a package (PEP 503).
 * @param name in any of its spellings
 * @returns `scikit-learn` for `Scikit_Learn`
 */
export function normalName(name: string): string {
  return name.toLowerCase().replaceAll(/[-_.]+/g, '-');
}
