import { expect, test } from 'vitest';
import { sparkline } from '../../src/report/sparkline.ts';

test('eight heights between the ends of the scale, a space for what is not known', () => {
  const scale = { least: 0, most: 8 };
  expect(sparkline([0, 1, 2, 3, 4, 5, 6, 7, 8], scale)).toBe('▁▁▂▃▄▅▆▇█');
  expect(sparkline([-5, null, 99], scale)).toBe('▁ █');
  expect(sparkline([3, 3], { least: 3, most: 3 })).toBe('▁▁');
  expect(sparkline([], scale)).toBe('');
});

test('of many values each character is the highest of some: no peak is lost', () => {
  const values = Array.from({ length: 1000 }, (_, index) => (index === 777 ? 8 : 1));
  const line = sparkline(values, { least: 0, most: 8 });
  expect(line).toHaveLength(40);
  expect(line.match(/█/g)).toHaveLength(1);
});
