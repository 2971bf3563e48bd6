/** One instruction of a Dockerfile. */
export interface Instruction {
  /** Line of the file where it begins, from 1. */
  readonly line: number;
  /** In capitals: `FROM`. */
  readonly name: string;
  /** `--from=build` and the like, in order. */
  readonly flags: readonly string[];
  /** The rest, with continued lines joined by a space. */
  readonly text: string;
}

/**
 * Reads a Dockerfile as its reference describes it: comments, continuation lines, the directive `escape`, here-documents, `ONBUILD`.
 * Variables stay as they are written.
 * @param text of the file
 * @returns its instructions in order
 */
export function readDockerfile(text: string): Instruction[] {
  const lines = text.replace(/^\ufeff/, '').split(/\r?\n/);
  const escape = escapeOf(lines);
  const instructions: Instruction[] = [];
  for (let at = 0; at < lines.length; at++) {
    if (isComment(lines[at])) continue;
    const start = at;
    let joined = '';
    for (; at < lines.length; at++) {
      const line = lines[at] ?? '';
      // Comments and empty lines inside a continued instruction are left out.
      if (joined !== '' && isComment(line)) continue;
      const continued = line.trimEnd().endsWith(escape);
      joined += `${continued ? line.trimEnd().slice(0, -1) : line} `;
      if (!continued) break;
    }
    const instruction = parse(joined.trim(), start + 1);
    if (instruction === null) continue;
    instructions.push(instruction);
    for (const end of hereDocuments(instruction)) {
      do at++;
      while (at < lines.length && (lines[at] ?? '').replace(/^\t+/, '') !== end);
    }
  }
  return instructions;
}

function escapeOf(lines: readonly string[]): string {
  for (const line of lines) {
    const [, key, value] = /^#\s*([a-z]+)\s*=\s*(\S+)\s*$/i.exec(line) ?? [];
    if (key === undefined) break;
    if (key.toLowerCase() === 'escape') return value === '`' ? '`' : '\\';
  }
  return '\\';
}

function isComment(line = ''): boolean {
  return /^\s*(#|$)/.test(line);
}

function parse(joined: string, line: number): Instruction | null {
  const [, first = '', rest = ''] = /^(\S+)\s*(.*)$/s.exec(joined) ?? [];
  if (first === '') return null;
  const name = first.toUpperCase();
  if (name === 'ONBUILD') return parse(rest, line);
  const flags: string[] = [];
  let text = rest.trim();
  for (let flag = /^--\S+(\s+|$)/.exec(text); flag !== null; flag = /^--\S+(\s+|$)/.exec(text)) {
    flags.push(flag[0].trim());
    text = text.slice(flag[0].length);
  }
  return { line, name, flags, text };
}

/** Words that end the here-documents of an instruction, in order. */
function hereDocuments({ name, text }: Instruction): string[] {
  if (name !== 'RUN' && name !== 'COPY' && name !== 'ADD') return [];
  return [...text.matchAll(/(?:^|\s)\d*<<-?(["']?)([A-Za-z_]\w*)\1/g)].map(([, , word]) => word ?? '');
}

/**
 * The words of an instruction's arguments: a JSON list, or words with quotes taken away.
 * @param text of an instruction
 */
export function words(text: string): string[] {
  if (text.startsWith('[')) {
    try {
      const list: unknown = JSON.parse(text);
      if (Array.isArray(list)) return list.map(String);
    } catch {
      // No list, then: a word that begins with a bracket.
    }
  }
  return [...text.matchAll(/(?:"(?:[^"\\]|\\.)*"|'[^']*'|\\.|[^\s"'])+/g)].map(([word]) =>
    word.replaceAll(/"((?:[^"\\]|\\.)*)"|'([^']*)'/g, (_, double?: string, single?: string) => double ?? single ?? ''),
  );
}
