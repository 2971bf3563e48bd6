import { expect, test } from 'vitest';
import {
  argoRollouts,
  argoRolloutsCandidate,
  argoRolloutsTuned,
} from '../../../../bench/rollout/rules/members/argo-rollouts.ts';
import { always, end, schedule } from './course.ts';

test('20, 40, 60, 80 % for ten minutes each, then promoted', () => {
  const ended = end(argoRollouts, always(0));
  expect(ended).toMatchObject({ answer: 'promote', minutes: 40 });
  expect(schedule(ended)).toEqual([20, 40, 60, 80]);
  expect(ended.weights.filter((weight) => weight === 0.2)).toHaveLength(40);
});

test('measured from 40 % on, every 5 minutes: the fourth failure comes at minute 25', () => {
  expect(end(argoRolloutsCandidate, always(10))).toMatchObject({ answer: 'roll back', minutes: 25 });
});

test('the documented query asks for the service: a bad candidate is diluted by the stable pods', () => {
  const served = () => ({ candidate: { total: 40, bad: 4 }, stable: { total: 60, bad: 0 } });
  expect(end(argoRollouts, served).answer).toBe('promote');
  expect(end(argoRolloutsCandidate, served).answer).toBe('roll back');
});

test('irate sees only what was served between the last two scrapes', () => {
  // Measured at minutes 10, 15, 20, ...: ticks 39, 59, 79, ...
  const measured = (tick: number) => ({ candidate: { total: 100, bad: tick % 20 === 19 ? 10 : 0 } });
  expect(end(argoRolloutsCandidate, measured)).toMatchObject({ answer: 'roll back', minutes: 25 });
  const between = (tick: number) => ({ candidate: { total: 100, bad: tick % 20 === 19 ? 0 : 10 } });
  expect(end(argoRolloutsCandidate, between)).toMatchObject({ answer: 'promote', minutes: 40 });
});

test('no request between two scrapes is a failed measurement', () => {
  const served = (tick: number) => ({ candidate: { total: tick === 0 ? 1 : 0, bad: 0 } });
  expect(end(argoRolloutsCandidate, served)).toMatchObject({ answer: 'roll back', minutes: 25 });
});

test('a candidate that never had a request: five errors, a scrape apart', () => {
  const served = () => ({ candidate: { total: 0, bad: 0 } });
  expect(end(argoRolloutsCandidate, served)).toMatchObject({ answer: 'roll back', minutes: 11 });
});

test('tuned: whole windows of the candidate from minute 5 on, at 1 %', () => {
  expect(end(argoRolloutsTuned, always(2))).toMatchObject({ answer: 'roll back', minutes: 20 });
  expect(end(argoRolloutsTuned, always(1)).answer).toBe('promote');
  // A single tick of 20 counts for the window that it is in.
  const served = (tick: number) => ({ candidate: { total: 100, bad: tick % 20 === 5 ? 30 : 0 } });
  expect(end(argoRolloutsTuned, served)).toMatchObject({ answer: 'roll back', minutes: 20 });
});
