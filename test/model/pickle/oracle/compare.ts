import type { Reading } from './reading.ts';

/** The answer of one of CPython's readers: accepted (1) or not, then every global that it reached. */
export type Answer = readonly [0 | 1, ...string[]];

/**
 * What is wrong with our reading, given those of the C unpickler (on bytes, on a file) and of the Python one; null when nothing:
 * - every global that any of them reaches is reached, or the file is `unsafe` for its frames, or a name is reported unreadable;
 * - accepted without a remark: all accept, and reach exactly our globals;
 * - refused: all refuse;
 * - where they disagree, there is a remark.
 */
export function disagreement(ours: Reading, answers: readonly Answer[]): string | null {
  const theirs = new Set(answers.flatMap(([, ...globals]) => globals));
  const missed = [...theirs].filter((name) => !ours.globals.has(name));
  const excused = ours.flags.includes('pickle/unreadable-global');
  if (missed.length > 0 && !excused) return 'not reached';
  const accepted = answers.filter(([accepts]) => accepts === 1).length;
  const flagged = ours.flags.some((flag) => !endings.has(flag));
  if (ours.state === 'failed' && accepted > 0 && !flagged)
    return `refused, but ${accepted} of ${answers.length} accept`;
  if (ours.state === 'stopped' && !flagged) {
    if (accepted < answers.length) return `accepted, but only ${accepted} of ${answers.length} accept`;
    const extra = [...ours.globals].filter((name) => !theirs.has(name));
    if (extra.length > 0) return 'reached, but by none of them';
  }
  return null;
}

/** What ends a stream says nothing about what was odd before. */
const endings = new Set(['pickle/malformed', 'pickle/unknown-opcode', 'pickle/truncated']);
