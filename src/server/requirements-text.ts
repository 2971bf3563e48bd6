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

/**
 * What a requirements file takes from a place whose content can change while the line stays: files, URLs, branches, other requirements
 * files. Fixed by a digest or a commit, a place is none of them.
 * @param text of the file
 * @returns the lines
 */
export function movingReferences(text: string): RequirementLine[] {
  return requirementLines(text).filter((line) => isPlace(line.text) && !isFixed(line.text));
}

/**
 * Whether a line names a place instead of a version: a file, a URL, a repository, or another requirements file.
 * @param line without comments
 * @returns false for `name==1.2` and for options that name indexes
 */
export function isPlace(line: string): boolean {
  if (line.startsWith('-')) return /^(-[rce]|--(requirement|constraint|editable))(?![\w-])|^-[rce]\S/.test(line);
  const [specifier = ''] = line.split(/\s+;|\s--hash=/);
  return /^[\w.-]+\s*(\[[^\]]*\])?\s*@/.test(specifier) || /^\S*[/\\]|\.(whl|zip|tar\.gz)$/.test(specifier);
}

function isFixed(line: string): boolean {
  return (
    /\s--hash=sha(256|384|512):/.test(line) ||
    /[#&]sha(256|384|512)=[0-9a-f]{64}/.test(line) ||
    /@[0-9a-f]{40}(?![0-9a-f])/.test(line)
  );
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
