import { expect, it } from 'vitest';
import { count, plural } from '../src/plural.ts';

it('numbers have their separators as everywhere else', () => {
  const powers = Array.from({ length: 16 }, (_, power) => 10 ** power);
  for (const value of [0, ...powers, ...powers.map((power) => 1 - power), 2 ** 53 - 1, 1234.5, Infinity]) {
    expect(count(value)).toBe(value.toLocaleString('en-US'));
  }
  expect([plural(1, 'file'), plural(2711, 'file'), plural(2, 'entry', 'entries')]).toEqual([
    '1 file',
    '2,711 files',
    '2 entries',
  ]);
});
