import { expect, test } from 'vitest';
import { badCases, goodCases } from '../../../../bench/rollout/rules/cases.ts';
import { flagger } from '../../../../bench/rollout/rules/members/flagger.ts';
import { mlDeploy } from '../../../../bench/rollout/rules/members/ml-deploy.ts';
import { replay } from '../../../../bench/rollout/rules/replay.ts';
import { tally } from '../../../../bench/rollout/rules/tally.ts';
import { createTrace } from '../../../../bench/rollout/rules/trace.ts';
import { condemnsAll, tallyOf, verdictsAgainst } from '../../../../bench/rollout/rules/verdicts.ts';
import { always, end, schedule } from './course.ts';

const traffic = { perMinute: () => 600, stable: () => 0.005, candidate: () => 0.1 };
const sum = (pods: readonly { total: number; bad: number }[], of: 'total' | 'bad'): number =>
  pods.reduce((all, pod) => all + pod[of], 0);

test('ml-deploy: the real decision with the default steps; a step without a verdict is held after an hour', () => {
  const clean = end(mlDeploy, always(0));
  expect(clean.answer).toBe('promote');
  expect(schedule(clean)).toEqual([10, 50]);
  expect(end(mlDeploy, always(20))).toMatchObject({ answer: 'roll back', minutes: 0.5 });
  const none = () => ({ candidate: { total: 0, bad: 0 } });
  expect(end(mlDeploy, none)).toMatchObject({ answer: 'hold', minutes: 60 });
});

test('a trace depends on its seed alone, and not on who looks at it', () => {
  const [one, again, other] = [createTrace(traffic, 7), createTrace(traffic, 7), createTrace(traffic, 8)];
  again.counts(100, 0.5);
  expect(one.counts(50, 0.1)).toEqual(again.counts(50, 0.1));
  expect(one.counts(50, 0.1)).not.toEqual(other.counts(50, 0.1));
});

test('a weight only moves requests from one version to the other', () => {
  const trace = createTrace(traffic, 3);
  const at = (weight: number) => {
    const { candidate, stable } = trace.counts(12, weight).errors;
    return { all: sum(candidate, 'total') + sum(stable, 'total'), candidate: sum(candidate, 'total'), pods: candidate };
  };
  expect(at(0.1).all).toBe(at(0.8).all);
  expect(at(0.1).candidate).toBeLessThan(at(0.5).candidate);
  expect([at(0.1).pods.length, at(0.5).pods.length]).toEqual([1, 3]);
  expect(() => trace.counts(12, 0.25)).toThrow('multiple of 0.1');
});

test('each version fails at its own rate', () => {
  const trace = createTrace(traffic, 5);
  const arms = Array.from({ length: 480 }, (_, tick) => trace.counts(tick, 0.5).errors);
  const rate = (arm: 'candidate' | 'stable'): number =>
    arms.reduce((all, each) => all + sum(each[arm], 'bad'), 0) /
    arms.reduce((all, each) => all + sum(each[arm], 'total'), 0);
  expect(rate('candidate')).toBeCloseTo(0.1, 2);
  expect(rate('stable')).toBeCloseTo(0.005, 2);
});

test('an outage hits both arms at the same time, for as long as it says', () => {
  const incidents = { count: 1, minutes: [2, 2] as const, within: 10, share: 0.5 };
  const trace = createTrace({ ...traffic, candidate: () => 0.005, incidents }, 11);
  const down = Array.from({ length: 60 }, (_, tick) => trace.counts(tick, 0.5).errors).map(({ candidate, stable }) =>
    [candidate, stable].map((pods) => sum(pods, 'bad') / sum(pods, 'total') > 0.25),
  );
  expect(down.every(([candidate, stable]) => candidate === stable)).toBe(true);
  expect(down.filter(([candidate]) => candidate).length).toBeGreaterThanOrEqual(7);
  expect(down.filter(([candidate]) => candidate).length).toBeLessThanOrEqual(9);
});

test('harm: what the candidate answered badly, and after a promotion all that is still to come', () => {
  const bad = createTrace({ ...traffic, perMinute: () => 6000 }, 1);
  const { answer, minutes, harmed } = replay(mlDeploy, bad, false);
  expect([answer, minutes]).toEqual(['roll back', 0.5]);
  // Two ticks of 150 requests, a tenth of them bad.
  expect(harmed).toBeGreaterThan(10);
  expect(harmed).toBeLessThan(60);
  const missed = createTrace({ ...traffic, candidate: () => 0.008 }, 1);
  const promoted = replay(flagger, missed, false);
  expect(promoted.answer).toBe('promote');
  expect(promoted.harmed / (600 * 115 * 0.008)).toBeCloseTo(1, 1);
});

test('every bad case has a good twin, and names are told apart', () => {
  const names = [...goodCases, ...badCases].map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
  for (const { twin } of badCases) expect(goodCases.map(({ name }) => name)).toContain(twin);
});

test('a peer that rolls the good twin back as well is not said to be faster', () => {
  const judge = <C extends (typeof goodCases)[number]>(one: C) => ({
    one,
    tallies: tally([mlDeploy, flagger], one, 60),
  });
  const good = goodCases
    .filter(({ name }) => name === '600/min, both 2 %' || name === '600/min, both 0.5 %')
    .map(judge);
  const bad = badCases.filter(({ name }) => /^600.* (4|50) %$/.test(name)).map(judge);
  const results = { good, bad };
  expect(bad.map(({ one }) => [one.name, condemnsAll(results, one, 'Flagger')])).toEqual([
    ['600/min, 0.5 -> 50 %', false],
    ['600/min, 2 -> 4 %', true],
  ]);
  const verdicts = verdictsAgainst(results, 'ml-deploy', 'Flagger');
  const minutes = verdicts.find(({ figure }) => figure === 'minutes to rollback');
  expect(minutes).toMatchObject({ ours: 'no more in 1 of 1 cases', met: true });
  // The same comparison from the other side is not met, and says where.
  const other = verdictsAgainst(results, 'Flagger', 'ml-deploy').find(
    ({ figure }) => figure === 'false rollbacks, mean',
  );
  expect(other?.met).toBe(false);
  expect(other?.behind.join()).toContain('600/min, both 2 %');
  expect(
    tallyOf(good[0] ?? { one: goodCases[0] ?? { name: '', traffic }, tallies: [] }, 'ml-deploy').rolledBack.percent,
  ).toBeLessThan(6);
});
