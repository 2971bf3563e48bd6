import { describe, expect, test } from 'vitest';
import { memoryTrend } from '../../src/smoke/memory-trend.ts';
import { random } from '../fuzz/random.ts';

const samples = (bytes: (index: number) => number) =>
  Array.from({ length: 30 }, (_, index) => ({ requests: index * 10, bytes: bytes(index) }));
/** The same noise in every run. */
const noise = (index: number) => ((index * 7919) % 31) * 10_000;

describe('the slope of memory', () => {
  test('is that of a leak, under noise', () => {
    const { slope, low } = memoryTrend(samples((index) => 1e8 + index * 1e6 + noise(index))) ?? { slope: 0, low: 0 };
    expect(slope).toBeGreaterThan(90_000);
    expect(slope).toBeLessThan(110_000);
    expect(low).toBeGreaterThan(80_000);
    expect(low).toBeLessThan(slope);
  });

  test.each<[string, (index: number) => number]>([
    ['noise alone', noise],
    ['memory that stands still', () => 1e8],
    ['a single step', (index) => (index < 15 ? 1e8 : 2e8)],
    ['a single peak', (index) => (index === 20 ? 3e8 : 1e8)],
    ['memory that is given back', (index) => 2e8 - index * 1e6],
  ])('is not above zero for sure: %s', (_name, bytes) => {
    expect(memoryTrend(samples(bytes))?.low).toBeLessThanOrEqual(0);
  });

  test('is that of a leak where several looks fall between two answers', () => {
    const seldom = samples((index) => 1e8 + index * 1e6).map(({ bytes }, index) => ({
      requests: Math.floor(index / 3) * 3,
      bytes,
    }));
    expect(memoryTrend(seldom)?.low).toBeGreaterThan(0);
  });

  test.each([1, 3, 6])('of noise, with %d looks between two answers, is above zero in 1 of 200 cases', (tied) => {
    const draw = random(41 + tied);
    const runs = Array.from({ length: 3000 }, () =>
      memoryTrend(Array.from({ length: 30 }, (_, look) => ({ requests: Math.floor(look / tied), bytes: draw() }))),
    );
    const above = runs.filter((trend) => (trend?.low ?? 0) > 0).length / runs.length;
    // Four standard errors of the share.
    expect(above).toBeGreaterThan(0.0005);
    expect(above).toBeLessThan(0.0103);
  });

  test('is not known from few samples', () => {
    expect(memoryTrend(samples(noise).slice(0, 9))).toBeNull();
  });
});
