import { expect, test } from 'vitest';
import { quantiles } from '../../src/smoke/quantiles.ts';

test('nearest rank: every quantile is a value that was measured', () => {
  const values = Array.from({ length: 100 }, (_, index) => 100 - index);
  expect(quantiles(values)).toEqual({ p50: 50, p95: 95, p99: 99, count: 100 });
  expect(quantiles([7])).toEqual({ p50: 7, p95: 7, p99: 7, count: 1 });
  expect(quantiles([3, 1, 2])).toEqual({ p50: 2, p95: 3, p99: 3, count: 3 });
  expect(quantiles([])).toBeNull();
});
