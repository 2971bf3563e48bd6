import { expect, test } from 'vitest';
import { parseJsonPath, valuesAt } from '../src/json-path.ts';

const answer = {
  outputs: [
    { name: 'a', data: [1, 2, 3] },
    { name: 'b', data: [4] },
  ],
  "it's": { '': 5 },
  '*all': 6,
  null: null,
};

const at = (text: string): readonly unknown[] => {
  const path = parseJsonPath(text);
  if (typeof path === 'string') throw new Error(path);
  return valuesAt(path, answer);
};

// As RFC 9535 has it, for the selectors that there are.
test.each([
  ['$', [answer]],
  ['$.outputs[0].data[1]', [2]],
  ['$.outputs[-1].name', ['b']],
  ["$['outputs'][1]['data']", [[4]]],
  ['$.outputs[*].data', [[1, 2, 3], [4]]],
  ['$.outputs[*].data[*]', [1, 2, 3, 4]],
  ['$.outputs[0].*', ['a', [1, 2, 3]]],
  ["$['it\\'s']['']", [5]],
  ['$["*all"]', [6]],
  ['$.null', [null]],
  ['$.null.x', []],
  ['$.missing', []],
  ['$.outputs.length', []],
  ['$.outputs[2]', []],
  ['$.outputs[-3]', []],
  ['$[0]', []],
  ['$.toString', []],
])('%s', (text, values) => {
  expect(at(text)).toEqual(values);
});

test.each(['', 'outputs', '$.', '$..a', '$[01]', '$[1:2]', '$[?@.a]', "$['a]", '$.a b', '$[-0]'])(
  'no path: %j',
  (text) => {
    expect(typeof parseJsonPath(text)).toBe('string');
  },
);
