import { expect, test } from 'vitest';
import {
  logLikelihoodRatios,
  logProbability,
  type Margins,
} from '../../../src/rollout/analysis/noncentral-hypergeometric.ts';
import { random } from './draws.ts';
import { exactTerms, logRatio } from './exact-law.ts';

const cases: [Margins, bigint, bigint][] = [
  [{ candidate: 30, stable: 270, bad: 12 }, 3n, 2n],
  [{ candidate: 1, stable: 1, bad: 1 }, 10n, 1n],
  [{ candidate: 6, stable: 54, bad: 60 }, 15n, 1n],
  [{ candidate: 6, stable: 54, bad: 57 }, 15n, 1n],
  [{ candidate: 200, stable: 10, bad: 150 }, 9n, 4n],
  [{ candidate: 200, stable: 1800, bad: 20 }, 15n, 1n],
  [{ candidate: 1000, stable: 1000, bad: 700 }, 3n, 1n],
  [{ candidate: 2000, stable: 2000, bad: 37 }, 1n, 1n],
];

test.each(cases)('the law is that of exact integer arithmetic: %o, odds %s/%s', (margins, numerator, denominator) => {
  const terms = exactTerms(margins, numerator, denominator);
  const total = [...terms.values()].reduce((sum, term) => sum + term, 0n);
  const w = Number(numerator) / Number(denominator);
  for (const [x, term] of terms) {
    expect(Math.abs(logProbability(x, margins, w) - logRatio(term, total))).toBeLessThan(1e-9);
  }
});

test('random laws sum to one', () => {
  const next = random(7);
  for (let round = 0; round < 200; round++) {
    const margins = { candidate: Math.floor(next() * 300), stable: Math.floor(next() * 3000), bad: 0 };
    margins.bad = Math.floor(next() * (margins.candidate + margins.stable + 1));
    const w = Math.exp(6 * next() - 3);
    let sum = 0;
    for (let x = 0; x <= margins.bad; x++) sum += Math.exp(logProbability(x, margins, w));
    expect(Math.abs(sum - 1)).toBeLessThan(1e-9);
  }
});

test('under every odds ratio up to the margin a tick is worth at most 1 on average', () => {
  const alternatives = [2.25, 3, 4.5, 7.5, 15];
  for (const margins of [
    { candidate: 6, stable: 54, bad: 3 },
    { candidate: 40, stable: 40, bad: 40 },
    { candidate: 100, stable: 900, bad: 11 },
  ]) {
    for (const truth of [0.2, 0.7, 1, 1.3, 1.5]) {
      const worth = alternatives.map(() => 0);
      for (let x = Math.max(0, margins.bad - margins.stable); x <= Math.min(margins.bad, margins.candidate); x++) {
        const chance = Math.exp(logProbability(x, margins, truth));
        for (const [index, ratio] of logLikelihoodRatios(x, margins, 1.5, alternatives).entries()) {
          worth[index] = (worth[index] ?? 0) + chance * Math.exp(ratio);
        }
      }
      for (const value of worth) expect(value).toBeLessThan(1 + 1e-9);
    }
  }
});

test('a tick without information is worth exactly 1', () => {
  for (const [x, margins] of [
    [0, { candidate: 0, stable: 100, bad: 5 }],
    [5, { candidate: 100, stable: 0, bad: 5 }],
    [0, { candidate: 10, stable: 90, bad: 0 }],
    [10, { candidate: 10, stable: 90, bad: 100 }],
  ] as const) {
    expect(logLikelihoodRatios(x, margins, 1.5, [3, 15])).toEqual([0, 0]);
  }
});

test('a million requests in a tick take less than 5 ms', () => {
  const tick = (bad: number): number[] =>
    logLikelihoodRatios(150_000, { candidate: 300_000, stable: 700_000, bad }, 1.5, [2.25, 3, 4.5, 7.5, 15]);
  tick(400_000);
  const times = Array.from({ length: 15 }, (_, index) => {
    const start = performance.now();
    tick(500_000 + index);
    return performance.now() - start;
  });
  // The quickest: the others also waited for the processor.
  expect(Math.min(...times)).toBeLessThan(5);
});
