import type { CheckEvidence } from './evidence.ts';

/**
 * Ids of the checks of the smoke test from the worst failure on. What explains others comes first: another image, a program that ended; then
 * wrong answers, what ends a server after a while, what is slow, and what only unusual requests show.
 */
const worst: readonly string[] = [
  ...['image', 'ready', 'alive', 'gpu-errors', 'answers', 'golden', 'gpu-used'],
  ...['memory', 'gpu-growth', 'live', 'non-root', 'same-twice', 'in-flight', 'stop'],
  ...['latency', 'first-token', 'slowdown', 'gpu-memory', 'peak-memory', 'malformed', 'edges'],
];

/** Failed checks, the worst one first; those that are not known stay last, in their order. */
export function worstFirst(failed: readonly CheckEvidence[]): readonly CheckEvidence[] {
  const rank = ({ id }: CheckEvidence): number => (worst.includes(id) ? worst.indexOf(id) : worst.length);
  return failed.toSorted((a, b) => rank(a) - rank(b));
}
