import { describe, expect, test } from 'vitest';
import type { SpeedRecord } from '../../src/pipeline/evidence.ts';
import { quantiles } from '../../src/smoke/quantiles.ts';
import { compareSpeed } from '../../src/smoke/slower.ts';
import { throughput } from '../../src/smoke/throughput.ts';
import { answerTimes, endsOf, take } from './times.ts';

type Speed = Pick<SpeedRecord, 'latencyMs' | 'throughput'>;

/** One test of so many requests, of a server with this median. */
function measured(count: number, seed: number, median: number): Speed {
  const times = take(count, answerTimes(seed, median));
  const ends = endsOf(times);
  const found = quantiles(times);
  const speed = throughput(ends, ends.at(-1) ?? 0);
  if (found === null || speed === null) throw new Error('no times');
  return { latencyMs: found, throughput: { ...speed, concurrency: 1 } };
}

const names = (now: Speed, before: Speed, margin = 0.5) =>
  compareSpeed(now, before, margin).flatMap(({ name, slower }) => (slower ? [name] : []));

describe('a server that is as much slower as is tolerated', () => {
  const runs = 500;

  test.each([
    [20, 20, 0],
    [20, 20, 0.5],
    [200, 200, 0],
    [200, 200, 0.5],
    [200, 2000, 0.5],
    [2000, 200, 0],
  ])('(%i requests now, %i then, margin %f) is called slower in at most 3 of 100 tests', (now, then, margin) => {
    let alarms = 0;
    // Fewer of those that take long.
    const some = Math.round(runs / (now + then > 2000 ? 2 : 1));
    for (let run = 0; run < some; run++) {
      const slower = measured(now, 50_000_000 + run * 17, 20 * (1 + margin));
      if (names(slower, measured(then, 1_000_000 + run * 13, 20), margin).length > 0) alarms++;
    }
    expect(alarms / some).toBeLessThanOrEqual(0.03);
  });
});

test.each([
  [20, 3],
  [50, 2.5],
  [200, 2],
  [1000, 1.7],
])('with %i requests one that takes %f times as long is found', (count, factor) => {
  let found = 0;
  for (let run = 0; run < 60; run++) {
    if (names(measured(count, 9_000_000 + run, 20 * factor), measured(count, 8_000_000 + run, 20)).length > 0) found++;
  }
  expect(found / 60).toBeGreaterThan(0.8);
});

test('a faster one is no matter, and what an interval leaves open is not judged', () => {
  expect(names(measured(200, 1, 10), measured(200, 2, 20), 0)).toEqual([]);
  const few = compareSpeed(measured(20, 1, 100), measured(20, 2, 20), 0.5);
  expect(few.map(({ name, slower }) => [name, slower])).toEqual([
    ['p50', true],
    ['p95', false],
    ['p99', false],
    ['throughput', false],
  ]);
  expect(few[0]?.ratio).toBeGreaterThan(3);
});

test('less than 5 ms for each request is no matter, however many times as slow it is', () => {
  expect(names(measured(200, 1, 4), measured(200, 2, 0.5))).toEqual([]);
  expect(names(measured(200, 1, 40), measured(200, 2, 5))).toEqual(['p50', 'p95', 'throughput']);
});
