import { expect, test } from 'vitest';
import { exampleBatches } from '../../../../src/server/protocols/openapi/example-batches.ts';

test('repeats the rows of all bodies of the same form, and keeps the other fields', () => {
  const examples = [{ inputs: [[1, 2]], mode: 'fast' }, { inputs: [[3, 4], [5]] }, { other: [[6, 7]] }];
  expect(exampleBatches(examples, [3])).toEqual([
    {
      body: {
        inputs: [
          [1, 2],
          [3, 4],
          [1, 2],
        ],
        mode: 'fast',
      },
      rows: 3,
    },
  ]);
});

test('a body may be the batch itself, and rows may be objects', () => {
  expect(exampleBatches([[{ a: 1, b: 'x' }], [{ b: 'y', a: 2 }, { a: 'no' }]], [2])).toEqual([
    {
      body: [
        { a: 1, b: 'x' },
        { b: 'y', a: 2 },
      ],
      rows: 2,
    },
  ]);
});

test.each([[[]], [[{ text: 'hello' }]], [[{ inputs: [] }]], [[{ a: [1], b: [2] }]], [[7]], [[null]]])(
  'without a single array of rows there is nothing to repeat: %j',
  (examples) => {
    expect(exampleBatches(examples, [8])).toEqual([]);
  },
);
