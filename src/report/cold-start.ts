import type { SmokeEvidence } from '../pipeline/evidence.ts';
import { duration } from './format.ts';

type ColdStart = NonNullable<SmokeEvidence['volatile']['coldStart']>;

/** The parts of a cold start in their order, each with its milliseconds; null: not known. */
export function coldStartParts(parts: ColdStart): readonly (readonly [name: string, ms: number | null])[] {
  const { nodeMs, pullMs, fetchMs, createMs, loadMs, firstAnswerMs } = parts;
  return [
    ...(nodeMs === undefined ? [] : [['find a node', nodeMs] as const]),
    ...(pullMs === null ? [] : [['pull', pullMs] as const]),
    ...(fetchMs === undefined ? [] : [['fetch the model', fetchMs] as const]),
    [pullMs === null ? 'pull, create and start' : 'create and start', createMs],
    ['load', loadMs],
    ['first answer', firstAnswerMs],
  ];
}

/** The same for people: `pull 6.2 s, create and start 340 ms, ...`. */
export function coldStartText(parts: ColdStart): string {
  return coldStartParts(parts)
    .map(([name, ms]) => `${name} ${ms === null ? 'unknown' : duration(ms)}`)
    .join(', ');
}
