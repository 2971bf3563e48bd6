import { expect, test } from 'vitest';
import { addSplit, judgeSplit, startSplit, type SplitState } from '../../../src/rollout/analysis/split.ts';
import { binomial, poisson, random } from './draws.ts';

function run(
  seed: number,
  truth: number,
  options: { intended: number; tolerance: number; perConnection?: number },
): SplitState {
  const next = random(seed);
  const { intended, tolerance, perConnection = 1 } = options;
  let state = startSplit();
  for (let tick = 0; tick < 100; tick++) {
    const connections = poisson(next, 40);
    const candidate = binomial(next, connections, truth) * perConnection;
    state = addSplit(state, { candidate, total: connections * perConnection }, intended, tolerance);
    if (judgeSplit(state, intended, tolerance).status === 'missed') break;
  }
  return state;
}

test('a gateway within the tolerance never raises the alarm', () => {
  for (const truth of [0.05, 0.1, 0.15]) {
    for (let seed = 1; seed <= 300; seed++) {
      expect(judgeSplit(run(seed, truth, { intended: 0.1, tolerance: 0.05 }), 0.1, 0.05).status).toBe('ok');
    }
  }
});

test('requests that come ten to a connection rarely raise a false alarm', () => {
  let alarms = 0;
  for (let seed = 1; seed <= 300; seed++) {
    const state = run(seed, 0.1, { intended: 0.1, tolerance: 0.05, perConnection: 10 });
    if (judgeSplit(state, 0.1, 0.05).status === 'missed') alarms += 1;
  }
  expect(alarms).toBeLessThan(6);
});

test('a gateway that does not do what it was told is found, in both directions', () => {
  for (const truth of [0, 0.5, 1]) {
    const state = run(3, truth, { intended: 0.2, tolerance: 0.05 });
    const verdict = judgeSplit(state, 0.2, 0.05);
    expect(verdict.status).toBe('missed');
    if (verdict.status === 'missed') expect(verdict.message).toContain('where 20 % was asked for');
  }
});

test('with testers more than the intended share is no miss, less still is', () => {
  const judge = (truth: number): string =>
    judgeSplit(run(5, truth, { intended: 0.2, tolerance: 0.05 }), 0.2, 0.05, true).status;
  expect([judge(0.9), judge(0.2), judge(0)]).toEqual(['ok', 'ok', 'missed']);
});

test('off when routing is sticky; nothing to say without traffic; full and no weight are no division by zero', () => {
  expect(judgeSplit(startSplit(), 0.1, null)).toEqual({ status: 'off' });
  expect(judgeSplit(startSplit(), 0.1, 0.05)).toEqual({ status: 'ok', seen: null, requests: 0 });
  for (const [intended, candidate] of [
    [1, 100],
    [0, 0],
  ] as const) {
    const state = addSplit(startSplit(), { candidate, total: 100 }, intended, 0.05);
    expect(judgeSplit(state, intended, 0.05)).toEqual({ status: 'ok', seen: intended, requests: 100 });
  }
});
