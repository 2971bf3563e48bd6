import { expect, it } from 'vitest';
import { nearest } from '../../src/config/nearest.ts';

it.each([
  ['stepz', 'steps'],
  ['setps', 'steps'],
  ['STEPS', 'steps'],
  ['minRequest', 'minRequests'],
  ['replica', null],
  ['x', null],
  ['', null],
])('%s is nearest to %s', (word, expected) => {
  expect(nearest(word, ['steps', 'slo', 'minRequests', 'margin'])).toBe(expected);
});
