import { describe, expect, test } from 'vitest';
import type { PromSeries } from '../../../../../src/rollout/analysis/sources/prometheus/client.ts';
import { momentOf, scrapedTwice, scrapesOf } from '../../../../../src/rollout/analysis/sources/prometheus/scrapes.ts';

type Points = readonly (readonly [number, number])[];

function series(name: string, points: Points, labels: Readonly<Record<string, string>> = {}): PromSeries {
  return { labels: { __name__: name, ...labels }, points };
}

function values(all: readonly PromSeries[], at: number, startTime: string | null = 'start'): Record<string, number> {
  const moment = momentOf(scrapesOf(all), at, startTime, -Infinity);
  return Object.fromEntries((moment?.samples ?? []).map(({ name, value }) => [name, value]));
}

const started: Points = [10, 25, 40].map((at) => [at, 5] as const);

describe('a pod at a moment between two scrapes', () => {
  test('has counters in proportion to the time', () => {
    const all = [
      series('start', started),
      series('requests', [
        [10, 100],
        [25, 130],
        [40, 130],
      ]),
    ];
    expect(values(all, 25)).toEqual({ start: 5, requests: 130 });
    expect(values(all, 20)).toEqual({ start: 5, requests: 120 });
    expect(values(all, 33)).toEqual({ start: 5, requests: 130 });
  });

  test('is unknown before the first and after the last scrape', () => {
    const scrapes = scrapesOf([series('start', started)]);
    expect(momentOf(scrapes, 9, 'start', 0)).toBeNull();
    expect(momentOf(scrapes, 41, 'start', 0)).toBeNull();
    expect(scrapes.interval).toBe(15);
  });

  test('counts a series that appears as zero before, and one that ends as it was', () => {
    const all = [series('start', started), series('new', [[25, 30]]), series('old', [[10, 7]])];
    expect(values(all, 20)).toEqual({ start: 5, new: 20, old: 7 });
  });

  test('is as the scrape before when the process was restarted in between', () => {
    const restarted = [
      series('start', [
        [10, 5],
        [25, 19],
      ]),
      series('requests', [
        [10, 100],
        [25, 160],
      ]),
    ];
    expect(values(restarted, 20)).toEqual({ start: 5, requests: 100 });
    expect(values(restarted, 25)).toEqual({ start: 19, requests: 160 });
    const fallen = [
      series('requests', [
        [10, 100],
        [25, 3],
      ]),
    ];
    expect(values(fallen, 20, null)).toEqual({ requests: 100 });
    expect(momentOf(scrapesOf(fallen), 25, null, 10)?.fell).toBe(true);
    expect(momentOf(scrapesOf(fallen), 20, null, 10)?.fell).toBe(false);
    expect(momentOf(scrapesOf(fallen), 25, null, 25)?.fell).toBe(false);
  });

  test('never goes backwards while its counters grow', () => {
    const all = [
      series('requests', [
        [0, 0],
        [15, 11],
        [30, 11],
        [45, 47],
      ]),
    ];
    const seen = Array.from({ length: 451 }, (_, index) => values(all, index / 10, null)['requests'] ?? NaN);
    expect(seen.every((value, index) => index === 0 || value >= (seen[index - 1] ?? 0))).toBe(true);
  });
});

test('a pod that two jobs scrape is noticed; a relabelled one is not', () => {
  const points = started;
  const twice = [series('a', points, { job: 'pods', pod: 'x' }), series('a', points, { job: 'monitor', pod: 'x' })];
  expect(scrapedTwice(twice)).toBe('job="pods" and "monitor"');
  expect(scrapedTwice([series('a', points, { code: '200' }), series('a', points, { code: '500' })])).toBeNull();
  expect(scrapedTwice([series('a', [[10, 1]], { job: 'old' }), series('a', [[25, 1]], { job: 'new' })])).toBeNull();
});
