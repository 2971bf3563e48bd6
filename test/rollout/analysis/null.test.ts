import { expect, test } from 'vitest';
import { clopperPearson } from './bounds.ts';
import { errorsPlan, tally, type Scenario } from './simulation.ts';

// Quick seeded versions of the null cases; table.proof.test.ts runs them all at length.
const runs = 400;

const base = { requests: () => 600, weight: () => 0.1, ticks: 60, plan: errorsPlan(), neverPromote: true };

function equal(share: number): Pick<Scenario, 'candidate' | 'stable'> {
  return { candidate: () => share, stable: () => share };
}

test.each<[string, Scenario]>([
  ['no errors', { ...base, ...equal(0) }],
  ['0.5 % in both arms', { ...base, ...equal(0.005) }],
  ['30 % in both arms', { ...base, ...equal(0.3) }],
  ['candidate exactly at the margin', { ...base, candidate: () => 0.0074627, stable: () => 0.005 }],
  [
    'an incident in both arms, the weight raised in the middle',
    {
      ...base,
      weight: (tick) => (tick < 10 ? 0.1 : 0.5),
      candidate: (tick) => (tick >= 5 && tick < 20 ? 0.08 : 0.005),
      stable: (tick) => (tick >= 5 && tick < 20 ? 0.08 : 0.005),
    },
  ],
])('false rollbacks stay below alpha: %s', (_, scenario) => {
  expect(clopperPearson(tally(scenario, runs).rollback, runs).high).toBeLessThan(0.05);
});

test('a candidate just above its slo rarely passes', () => {
  const scenario: Scenario = { ...base, candidate: () => 0.02, stable: () => 0.005, neverPromote: false };
  const { promote } = tally({ ...scenario, plan: errorsPlan({ margin: 20 }) }, runs);
  expect(clopperPearson(promote, runs).high).toBeLessThan(0.08);
});
