import { describe, expect, test } from 'vitest';
import type { CountRules } from '../../../../../src/rollout/analysis/count-rules.ts';
import type { PodReading, PodRef } from '../../../../../src/rollout/analysis/readings.ts';
import type { PrometheusClient, PromSeries } from '../../../../../src/rollout/analysis/sources/prometheus/client.ts';
import { CustomMetrics, filled } from '../../../../../src/rollout/analysis/sources/prometheus/custom.ts';
import { prometheusSource } from '../../../../../src/rollout/analysis/sources/prometheus/source.ts';

const rules: CountRules = {
  rows: { kind: 'expression', total: 'total{ {{pods}} }', bad: 'bad{ {{pods}} }', series: [] },
};
const names = { namespace: 'ml', service: 'fraud-r2', backend: 'fraud-r2', revision: 'r2' };
const which = { labels: { pod: 'pod', namespace: 'namespace' }, match: {} };

function pod(name: string): PodRef {
  return { namespace: 'ml', name, uid: name, ip: null, restarts: 0 };
}

const arms = { stable: [pod('fraud-r1-aa-11')], candidate: [pod('fraud-r2-bb-22'), pod('fraud-r2-bb-33')] };

/** Answers with what the table says of the candidate's pods; the query must name them. */
function answering(table: Readonly<Record<string, readonly [number, number]>>): PrometheusClient {
  return {
    address: 'test',
    now: () => Promise.resolve(0),
    queryRange: () => Promise.resolve([]),
    knows: () => Promise.resolve(false),
    query: (expression, time) => {
      const column = expression.startsWith('total') ? 0 : 1;
      expect(expression).toContain('{ namespace=~"ml",pod=~"fraud-r2-bb-[^-]+" }');
      expect(time).toBe(100);
      const series = Object.entries(table).map(([name, row]): PromSeries => ({
        labels: { pod: name },
        points: [[time, row[column]]],
      }));
      return Promise.resolve(column === 1 ? series.filter(({ points }) => points[0]?.[1] !== 0) : series);
    },
  };
}

function shown(readings: readonly PodReading[]): unknown {
  return readings.map((each) => ('missing' in each ? each.missing : [each.pod.uid, each.counters.counts['rows']]));
}

test('every series is counted on its own; a fall starts a new baseline', async () => {
  const table: Record<string, readonly [number, number]> = { 'fraud-r2-bb-22': [10, 1], 'fraud-r2-bb-33': [20, 0] };
  const custom = new CustomMetrics(answering(table), which, rules, { stable: names, candidate: names });
  expect(shown(await custom.read('candidate', arms, 100, 0))).toEqual([
    ['candidate/rows/{"pod":"fraud-r2-bb-22"}#0', { total: 10, bad: 1 }],
    ['candidate/rows/{"pod":"fraud-r2-bb-33"}#0', { total: 20, bad: 0 }],
  ]);
  table['fraud-r2-bb-33'] = [3, 0];
  expect(shown(await custom.read('candidate', arms, 100, 0))).toEqual([
    ['candidate/rows/{"pod":"fraud-r2-bb-22"}#0', { total: 10, bad: 1 }],
    ['candidate/rows/{"pod":"fraud-r2-bb-33"}#1', { total: 3, bad: 0 }],
  ]);
});

test('no series yet is no missing pod', async () => {
  const custom = new CustomMetrics(answering({}), which, rules, { stable: names, candidate: names });
  expect(shown(await custom.read('candidate', arms, 100, 0))).toEqual([['candidate/rows', undefined]]);
});

test('placeholders', () => {
  const text = 'x{a="{{namespace}}-{{service}}-http", b="{{backend}}", r="{{revision}}", {{pods}}} {{other}}';
  expect(filled(text, 'pod=~"p"', names)).toBe('x{a="ml-fraud-r2-http", b="fraud-r2", r="r2", pod=~"p"} {{other}}');
});

describe('counters of a gateway alone', () => {
  const names1 = { ...names, service: 'fraud-r1', backend: 'fraud-r1', revision: 'r1' };
  const gateway: CountRules = {
    'gateway-errors': {
      kind: 'expression',
      total: 'all{s="{{backend}}"}',
      bad: 'bad{s="{{backend}}"}',
      series: ['all{s="{{backend}}"}'],
    },
  };
  const clock = { now: 100, scrapedAt: 90, down: false };
  const asked: string[] = [];
  const client: PrometheusClient = {
    address: 'test',
    now: () => (clock.down ? Promise.reject(new Error('connect ECONNREFUSED')) : Promise.resolve(clock.now)),
    queryRange: () => Promise.resolve([]),
    knows: () => Promise.resolve(false),
    query: (expression, time) => {
      asked.push(expression);
      if (expression.startsWith('min(')) return Promise.resolve([{ labels: {}, points: [[time, clock.scrapedAt]] }]);
      const value = expression.startsWith('all') ? 50 : 5;
      return Promise.resolve([{ labels: { instance: 'g' }, points: [[time, value]] }]);
    },
  };
  const source = prometheusSource({
    client,
    config: { ...which, lookbackMs: 60_000 },
    preset: { startTime: null },
    rules: gateway,
    arms: { stable: names1, candidate: names },
  });

  test('nothing is asked about the pods', async () => {
    const { stable, candidate } = await source.read(arms);
    const count = { total: 50, bad: 5 };
    expect([...stable, ...candidate]).toMatchObject([
      { counters: { counts: { 'gateway-errors': count } } },
      { counters: { counts: { 'gateway-errors': count } } },
    ]);
    expect(asked.sort()).toEqual(['all{s="fraud-r1"}', 'all{s="fraud-r2"}', 'bad{s="fraud-r1"}', 'bad{s="fraud-r2"}']);
  });

  test('what was scraped before a change of weight is not taken for the time after', async () => {
    asked.length = 0;
    expect((await source.read(arms, performance.now() - 5000)).candidate[0]).toMatchObject({
      missing: 'Prometheus has no newer sample of the gateway yet',
    });
    expect(asked).toEqual(['min(timestamp(all{s="fraud-r1"}) or timestamp(all{s="fraud-r2"}))']);
    Object.assign(clock, { now: 110, scrapedAt: 109 });
    expect((await source.read(arms, performance.now() - 5000)).candidate[0]).not.toHaveProperty('missing');
  });

  test('an outage makes both arms blind', async () => {
    clock.down = true;
    const { stable, candidate } = await source.read(arms);
    expect([...stable, ...candidate].every((each) => 'missing' in each && /ECONNREFUSED/.test(each.missing))).toBe(
      true,
    );
  });
});
