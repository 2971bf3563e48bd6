import { expect, test } from 'vitest';
import { createAnalysis, type TickVerdict } from '../../../src/rollout/analysis/analysis.ts';
import { clopperPearson } from './bounds.ts';
import { errorsPlan, tally, type Scenario } from './simulation.ts';

const plan = errorsPlan({ promotion: 'relative' });

function ticks(candidate: [number, number], stable: [number, number], times: number): TickVerdict[] {
  const analysis = createAnalysis(plan);
  analysis.startStep(0, 0.5);
  const errors = {
    candidate: [{ pod: 'c-0', total: candidate[0], bad: candidate[1] }],
    stable: [{ pod: 's-0', total: stable[0], bad: stable[1] }],
  };
  return Array.from({ length: times }, () =>
    analysis.tick({ at: '', weight: 0.5, elapsedMs: 15_000, deltas: { errors } }),
  );
}

test('the fix of a broken stable revision passes although it misses its slo itself, not in a single tick', () => {
  const [first, second] = ticks([500, 15], [500, 100], 2);
  expect(first?.decision).toBe('continue');
  expect(second?.decision).toBe('promote');
  expect(second?.reasons[0]).toMatch(
    /^errors: failed requests of the candidate 30 of 1,000 \(3 %\) against stable 200 of 1,000 \(20 %\) in this step: evidence \S+ >= 20 that it is better than stable or stays below 2 %\.$/,
  );
});

test('where stable is flawless, being below the slo is enough', () => {
  const last = ticks([200, 0], [200, 0], 2).at(-1);
  expect(last?.decision).toBe('promote');
  expect(last?.reasons[0]).toMatch(/ that it is better than stable or stays below 2 %\.$/);
});

test('a candidate that misses its slo as stable does never passes', () => {
  const last = ticks([500, 40], [500, 40], 100).at(-1);
  expect(last?.decision).toBe('continue');
  expect(last?.reasons[0]).toMatch(/ of 20 needed that it is better than stable or stays below 2 %\.$/);
});

test('a candidate that is worse is rolled back all the same', () => {
  expect(ticks([500, 100], [500, 15], 3).at(-1)?.decision).toBe('rollback');
});

test('a candidate that is as good as stable rarely passes', () => {
  const scenario: Scenario = {
    requests: () => 600,
    weight: () => 0.3,
    candidate: () => 0.08,
    stable: () => 0.08,
    ticks: 60,
    plan,
  };
  expect(clopperPearson(tally(scenario, 300).promote, 300).high).toBeLessThan(0.06);
});
