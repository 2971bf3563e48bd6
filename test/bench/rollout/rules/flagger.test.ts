import { expect, test } from 'vitest';
import { flagger } from '../../../../bench/rollout/rules/members/flagger.ts';
import { always, end, schedule } from './course.ts';

test('a step a minute from 10 to 50 %; the check at 50 % promotes', () => {
  const ended = end(flagger, always(0));
  expect(ended).toMatchObject({ answer: 'promote', minutes: 5 });
  expect(schedule(ended)).toEqual([10, 20, 30, 40, 50]);
});

test('a failed check keeps the weight; five of them roll back, at the look after the fifth', () => {
  const ended = end(flagger, always(2));
  expect(ended).toMatchObject({ answer: 'roll back', minutes: 6 });
  expect(schedule(ended)).toEqual([10]);
});

test('exactly 99 % passes', () => {
  expect(end(flagger, always(1)).answer).toBe('promote');
});

test('failed checks are counted in all: passed ones in between forgive nothing', () => {
  // Good and bad minutes take turns, the first is bad.
  const turns = (tick: number) => ({ candidate: { total: 100, bad: Math.floor(tick / 4) % 2 === 0 ? 5 : 0 } });
  expect(end(flagger, turns)).toMatchObject({ answer: 'roll back', minutes: 10 });
  // Four bad minutes are tolerated, and each costs a minute.
  const four = (tick: number) => ({ candidate: { total: 100, bad: tick < 16 ? 5 : 0 } });
  expect(end(flagger, four)).toMatchObject({ answer: 'promote', minutes: 9 });
});

test('a minute without a request has no value, which is a failed check', () => {
  const none = () => ({ candidate: { total: 0, bad: 0 } });
  expect(end(flagger, none)).toMatchObject({ answer: 'roll back', minutes: 6 });
});

test('only the last minute counts', () => {
  const early = (tick: number) => ({ candidate: { total: 100, bad: tick === 3 ? 30 : 0 } });
  expect(end(flagger, early)).toMatchObject({ answer: 'promote', minutes: 6 });
});

test('with latency: more than 1 % slow in the last 30 s fails the check, and so does a gap of 30 s', () => {
  const slow = (late: number) => () => ({ candidate: { total: 100, bad: 0 }, latency: { total: 100, bad: late } });
  expect(end(flagger, slow(1), true).answer).toBe('promote');
  expect(end(flagger, slow(2), true)).toMatchObject({ answer: 'roll back', minutes: 6 });
  const gap = (tick: number) => ({ ...slow(0)(), latency: { total: tick % 4 < 2 ? 100 : 0, bad: 0 } });
  expect(end(flagger, gap, true)).toMatchObject({ answer: 'roll back', minutes: 6 });
});
