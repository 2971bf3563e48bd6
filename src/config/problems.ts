import { MlDeployError } from '../errors.ts';
import type { Position } from './located.ts';

/** Kinds of problems, most useful to read first: a typo explains the missing key that follows from it. */
const ranks = ['syntax', 'typo', 'value', 'unknown', 'missing', 'rule'] as const;

/** One thing that is wrong in mldeploy.yaml. */
export interface Problem {
  readonly rank: (typeof ranks)[number];
  readonly at: Position;
  /** Dotted path of the key, `rollout.steps[1]`; empty for the whole file. */
  readonly path: string;
  /** What was found. */
  readonly message: string;
  /** What is allowed, as a phrase; null when the message says it. */
  readonly expected: string | null;
}

/** The error that lists all problems of a file, best first, one a line: `file:line:column  path  found  expected`. */
export function problemsError(file: string, problems: readonly Problem[]): MlDeployError {
  const sorted = distinct(problems).sort(
    (a, b) => ranks.indexOf(a.rank) - ranks.indexOf(b.rank) || a.at.line - b.at.line || a.at.column - b.at.column,
  );
  const lines = sorted.map((problem) => problemText(file, problem));
  const heading = lines.length === 1 ? '' : `${file} has ${lines.length} problems:\n`;
  return new MlDeployError({
    code: 'config/invalid',
    kind: 'usage',
    message: heading + lines.join('\n'),
    hint: 'Every key with its meaning and default is in docs/configuration.md.',
  });
}

/** One line for one problem. */
export function problemText(file: string, problem: Problem): string {
  const place = `${file}:${problem.at.line}:${problem.at.column}`;
  return [place, problem.path, problem.message, problem.expected]
    .filter((part) => part !== null && part !== '')
    .join('  ');
}

// The same place can fail in the file as written and again with the environment laid over it.
function distinct(problems: readonly Problem[]): Problem[] {
  const seen = new Set<string>();
  return problems.filter((problem) => {
    const place = `${problem.at.line}:${problem.at.column} ${problem.message}`;
    return !seen.has(place) && seen.add(place);
  });
}
