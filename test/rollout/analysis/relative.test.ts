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
    /^errors: failed requests of the candidate 30 of 1,000 \(3 %\) against stable 200 of 1,000 \(20 %\) in this step: evidence \S+ >= 20 that it is better than stable\.$/,
  );
});

test('a flawless candidate beside a flawless stable one gives no evidence, and the reason says so', () => {
  const last = ticks([5000, 0], [5000, 0], 50).at(-1);
  expect(last?.decision).toBe('continue');
  expect(last?.reasons[0]).toBe(
    'errors: failed requests of the candidate 0 of 250,000 (0 %) against stable 0 of 250,000 (0 %) in this step: ' +
      'evidence 1 of 20 needed that it is better than stable; a stable revision without bad ones gives no such evidence.',
  );
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
