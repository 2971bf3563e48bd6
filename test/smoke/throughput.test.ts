import { describe, expect, test } from 'vitest';
import { throughput } from '../../src/smoke/throughput.ts';
import { random } from '../fuzz/random.ts';
import { answerTimes, endsOf, take, trueMean } from './times.ts';

test('is answers per second, in whatever order they are complete', () => {
  expect(throughput([100, 300, 200, 400], 400)?.perSecond).toBe(10);
  expect(throughput([], 0)).toBeNull();
});

test('has no interval where few answers cannot tell how often one takes long', () => {
  const regular = (count: number) => throughput(endsOf(take(count, () => 10)), 10 * count)?.interval;
  expect(regular(99)).toEqual({ low: null, high: null });
  expect(regular(100)?.low).toBeCloseTo(100, 6);
  expect(regular(100)?.high).toBeCloseTo(100, 6);
});

describe('the true throughput is within its 95 % interval', () => {
  const runs = 400;
  const share = (times: (run: number) => readonly number[], mean: number) => {
    let within = 0;
    for (let run = 0; run < runs; run++) {
      const ends = endsOf(times(run));
      const { low, high } = throughput(ends, ends.at(-1) ?? 0)?.interval ?? { low: null, high: null };
      if ((low ?? 0) <= 1000 / mean && 1000 / mean <= (high ?? Infinity)) within++;
    }
    return within / runs;
  };

  // Of a skewed distribution a few times show too little: the shares are those found, less three standard errors.
  test.each([
    [100, 0.87],
    [200, 0.89],
    [1000, 0.91],
  ])('of %i answers with rare slow ones in at least %f of the tests', (count, least) => {
    expect(share((run) => take(count, answerTimes(1000 + run * 7919)), trueMean)).toBeGreaterThan(least);
  });

  test('of 500 answers that are slow for a while, as when something else runs beside them', () => {
    const slowForAWhile = (run: number) => {
      const next = random(5 + run * 104_729);
      const normal = () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());
      let state = normal();
      return take(500, () => {
        // Neighbours are correlated with 0.9.
        state = 0.9 * state + Math.sqrt(0.19) * normal();
        return 20 * Math.exp(0.3 * state);
      });
    };
    expect(share(slowForAWhile, 20 * Math.exp(0.045))).toBeGreaterThan(0.87);
  });
});
