import { describe, expect, test } from 'vitest';
import { quantiles } from '../../src/smoke/quantiles.ts';
import { answerTimes, take, trueQuantiles } from './times.ts';

const upTo = (count: number) => Array.from({ length: count }, (_, index) => index + 1);

test('quantiles are measured values: nearest rank', () => {
  const values = upTo(100).toReversed();
  expect(quantiles(values)).toMatchObject({ p50: 50, p95: 95, p99: 99, count: 100 });
  expect(quantiles([7])).toMatchObject({ p50: 7, p95: 7, p99: 7, count: 1 });
  expect(quantiles([3, 1, 2])).toMatchObject({ p50: 2, p95: 3, p99: 3, count: 3 });
  expect(quantiles([])).toBeNull();
});

describe('their 95 % confidence intervals', () => {
  test('have the ranks of the tables of the sign test', () => {
    expect(quantiles(upTo(20))?.intervals?.p50).toEqual({ low: 6, high: 15 });
    expect(quantiles(upTo(100))?.intervals?.p50).toEqual({ low: 40, high: 61 });
  });

  test('are open where too few values bound them', () => {
    expect(quantiles(upTo(5))?.intervals?.p50).toEqual({ low: null, high: null });
    expect(quantiles(upTo(6))?.intervals?.p50).toEqual({ low: 1, high: 6 });
    expect(quantiles(upTo(71))?.intervals?.p95.high).toBeNull();
    expect(quantiles(upTo(72))?.intervals?.p95.high).toBe(72);
    expect(quantiles(upTo(367))?.intervals?.p99.high).toBeNull();
    expect(quantiles(upTo(368))?.intervals?.p99.high).toBe(368);
  });

  test('do not break down for ten thousand values', () => {
    const { p99 } = quantiles(upTo(10_000))?.intervals ?? {};
    expect(p99?.low).toBeGreaterThan(9_875);
    expect(p99?.low).toBeLessThan(9_890);
    expect(p99?.high).toBeGreaterThan(9_915);
    expect(p99?.high).toBeLessThan(9_930);
  });
});

describe('the true quantile is within its interval in 95 of 100 tests', () => {
  const runs = 600;
  const known = trueQuantiles();

  test.each([20, 50, 200, 1000])('of %i requests', (count) => {
    const missed = { p50: 0, p95: 0, p99: 0 };
    for (let run = 0; run < runs; run++) {
      const { intervals } = quantiles(take(count, answerTimes(1000 + run * 7919))) ?? {};
      for (const name of ['p50', 'p95', 'p99'] as const) {
        const { low = null, high = null } = intervals?.[name] ?? {};
        if ((low ?? 0) > known[name] || (high ?? Infinity) < known[name]) missed[name]++;
      }
    }
    // 5 %, and three standard errors of so many runs.
    for (const times of Object.values(missed)) expect(times / runs).toBeLessThan(0.05 + 0.027);
  });
});
