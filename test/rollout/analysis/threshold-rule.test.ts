import { expect, test } from 'vitest';
import type { MetricPlan, TickEvidence } from '../../../src/pipeline/evidence.ts';
import { thresholdRules, type Judged } from '../../../src/rollout/analysis/threshold-rule.ts';

const metrics: readonly MetricPlan[] = [
  { metric: 'errors', title: 'failed requests', slo: 0.01, floor: 0.001, margin: 1.5, logRollback: 3, logPromote: 3 },
];
const start = Date.parse('2026-01-01T12:00:00.000Z');
const timeline = [
  { at: '2026-01-01T11:59:00.000Z', kind: 'planned', message: '' },
  { at: new Date(start).toISOString(), kind: 'weight', message: '', weight: 0.1 },
];

/** A tick a minute. */
function ticks(minutes: number, share: (minute: number) => number): TickEvidence[] {
  return Array.from({ length: minutes }, (_, minute) => ({
    at: new Date(start + (minute + 1) * 60_000).toISOString(),
    metric: 'errors',
    weight: 0.1,
    candidate: { total: 1000, bad: Math.round(1000 * share(minute)) },
    stable: { total: 9000, bad: 9 },
    logWorse: 0,
    logAboveFloor: 0,
    logGood: 0,
    phi: 1,
  }));
}

function rules(change: Partial<Judged>): readonly string[] {
  const judged: Judged = { metrics, timeline, ticks: [], decision: 'rollback', reasons: ['errors: worse'], ...change };
  return thresholdRules(judged).map(({ message }) => message.replace(/\(more than[^)]*\)/, '(...)'));
}

test('a candidate far above the threshold: the rule needs four windows', () => {
  expect(rules({ ticks: ticks(2, () => 0.1) })).toEqual([
    'errors: a plain threshold rule (...) would have seen it after 20 min at the earliest.',
  ]);
  const [facts] = thresholdRules({
    metrics,
    timeline,
    ticks: ticks(26, () => 0.1),
    decision: 'rollback',
    reasons: ['errors: worse'],
  });
  expect(facts).toMatchObject({ windows: 5, failing: 5, at: '2026-01-01T12:20:00.000Z' });
  expect(facts?.message).toContain('would have rolled back after 20 min.');
});

test('a candidate below the threshold: the rule is blind, or at the own limit late', () => {
  expect(rules({ ticks: ticks(2, () => 0.03) })).toEqual([
    'errors: a plain threshold rule (...) would not have seen it: 60 of 2,000 (3 %) is below its threshold; with your limit of 1 % as its threshold, after 20 min at the earliest.',
  ]);
  expect(rules({ ticks: ticks(2, () => 0.005) })).toEqual([
    'errors: a plain threshold rule (...) would not have seen it: 10 of 2,000 (0.5 %) is below its threshold.',
  ]);
});

test('three bad windows are tolerated, and they need not follow each other', () => {
  const windows = (...bad: number[]) => ticks(60, (minute) => (bad.includes(Math.floor(minute / 5)) ? 0.08 : 0));
  expect(rules({ ticks: windows(0, 1, 2), decision: 'promote' })).toEqual([]);
  expect(rules({ ticks: windows(0, 2, 4, 9), decision: 'promote' })).toEqual([
    'errors: a plain threshold rule (...) would have rolled back after 50 min.',
  ]);
});

test('nothing is told of a candidate that was rolled back for another reason, or had no traffic', () => {
  expect(rules({ ticks: ticks(2, () => 0.1), reasons: ['The container crashed.'] })).toEqual([]);
  expect(rules({ ticks: [] })).toEqual([]);
  expect(rules({ timeline: [], ticks: ticks(2, () => 0.1) })).toEqual([]);
});
