import { expect, test } from 'vitest';
import type { AnalysisPlan } from '../../src/rollout/analysis/plan.ts';
import type { PlannedStep } from '../../src/rollout/plan.ts';
import { trafficNotes } from '../../src/rollout/traffic-look.ts';
import { errorsPlan } from './analysis/simulation.ts';

const analysis: AnalysisPlan = errorsPlan({ slo: 0.01 });

function step(share: number): PlannedStep {
  return { weight: share, share, minTimeMs: 60_000, minRequests: 100, approval: false, candidateReplicas: 1 };
}

test('requests needed against traffic seen, as times of the steps', () => {
  const notes = trafficNotes({ perSecond: 20, from: 'in 3 s' }, [step(0.1), step(0.5)], analysis, 3_600_000);
  expect(notes).toEqual([
    'The stable revision gets about 20 requests/s (in 3 s): the steps take at least 4 min + 60 s, 5 min together.',
  ]);
});

test('too little traffic for a step is told, with what would help', () => {
  const notes = trafficNotes({ perSecond: 0.5, from: 'in 3 s' }, [step(0.1)], analysis, 3_600_000);
  expect(notes[1]).toMatch(/Step 1 cannot pass before its deadline of 60 min: too little traffic at 10 % of it/);
  expect(trafficNotes({ perSecond: 0, from: 'in 3 s' }, [step(0.1)], analysis, 1)[0]).toMatch(/got no request in 3 s/);
  expect(trafficNotes(null, [step(0.1)], analysis, 1)[0]).toMatch(/could not be read/);
});
