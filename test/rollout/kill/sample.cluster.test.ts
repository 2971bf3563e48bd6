import { expect, test } from 'vitest';
import type { Cell } from './cell.ts';
import { killRollouts, killFirstDeploys } from './matrix.ts';

// The part of the kill matrix that every change must pass: the moments at which a mistake would be worst. The whole of it: `make proof`.

const canary: readonly Cell[] = [
  // The candidate has its share, and nobody told the engine so.
  { at: { label: 'PATCH services/fraud', nth: 2 }, when: 'after', then: 'rollback' },
  // All traffic is on the candidate, and the state still calls the old revision stable.
  { at: { label: 'PATCH services/fraud', nth: 3 }, when: 'after', then: 'resume' },
];
const first: readonly Cell[] = [
  // The Service is there, and the state names no stable revision yet.
  { at: { label: 'POST services/fraud', nth: 1 }, when: 'after', then: 'resume' },
];

test(
  'an engine that is killed at the worst moments leaves a healthy revision in charge',
  { timeout: 600_000 },
  async () => {
    const results = await Promise.all([killRollouts(canary, 2), killFirstDeploys(first, 1)]);
    expect(results.flatMap(({ failed }) => failed)).toEqual([]);
    expect(results.flatMap(({ passed }) => passed.map(({ label }) => label))).toEqual([
      'PATCH services/fraud',
      'PATCH services/fraud',
      'POST services/fraud',
    ]);
  },
);
