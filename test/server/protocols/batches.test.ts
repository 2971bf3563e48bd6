import { expect, test } from 'vitest';
import { batchesUpTo, largerBatchesUpTo, withinBody } from '../../../src/server/protocols/batches.ts';

const sizes = (maxRows: number | null) => batchesUpTo(maxRows).map(({ rows }) => rows);

test('sizes end with the largest that a server takes', () => {
  expect(sizes(null)).toEqual([1, 1, 8, 32]);
  expect(sizes(1)).toEqual([1, 1]);
  expect(sizes(5)).toEqual([1, 1, 5]);
  expect(sizes(8)).toEqual([1, 1, 8]);
  expect(sizes(33)).toEqual([1, 1, 8, 32, 33]);
  expect(sizes(4096)).toEqual([1, 1, 8, 32]);
  expect(largerBatchesUpTo(12)).toEqual([8, 12]);
  expect(new Set(batchesUpTo(12).map(({ seed }) => seed)).size).toBe(4);
});

test('a body that the server would refuse for its size is left out, but not the only one', () => {
  const asks = [10, 100].map((size) => ({
    name: 'x',
    rows: 1,
    request: { method: 'POST' as const, path: '/', body: 'x'.repeat(size) },
  }));
  expect(withinBody(asks, 50)).toEqual([asks[0]]);
  expect(withinBody(asks, 5)).toEqual([asks[0]]);
  expect(withinBody(asks, null)).toEqual(asks);
});
