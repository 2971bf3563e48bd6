import { expect, test } from 'vitest';
import { histogram } from '../../src/smoke/histogram.ts';
import { answerTimes, take } from './times.ts';

test('every time is in one bin; the widths are round, and the slowest hundredth has a bin of its own', () => {
  const times = take(2000, answerTimes(3));
  const bins = histogram(times);
  expect(bins.reduce((sum, { count }) => sum + count, 0)).toBe(2000);
  expect(bins.length).toBeLessThanOrEqual(41);
  expect(bins.length).toBeGreaterThan(15);
  for (const { from, to, count } of bins.slice(0, -1)) {
    expect(to - from).toBeCloseTo(2, 6);
    expect(times.filter((time) => time >= from && time < to)).toHaveLength(count);
  }
  expect(bins.at(-1)?.count).toBeLessThanOrEqual(20);
});

test('works for one value, equal ones and none', () => {
  expect(histogram([])).toEqual([]);
  expect(histogram([7.5])).toMatchObject([{ count: 1 }]);
  expect(histogram([3, 3, 3])).toMatchObject([{ count: 3 }]);
  expect(
    histogram([0.11, 0.12, 0.13, 40])
      .map(({ count }) => count)
      .reduce((a, b) => a + b),
  ).toBe(4);
});
