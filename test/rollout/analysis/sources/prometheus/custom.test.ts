import { expect, test } from 'vitest';
import type { CountRules } from '../../../../../src/rollout/analysis/count-rules.ts';
import type { PodReading, PodRef } from '../../../../../src/rollout/analysis/readings.ts';
import type { PrometheusClient, PromSeries } from '../../../../../src/rollout/analysis/sources/prometheus/client.ts';
import { CustomMetrics, filled } from '../../../../../src/rollout/analysis/sources/prometheus/custom.ts';

const rules: CountRules = { rows: { kind: 'expression', total: 'total{ {{pods}} }', bad: 'bad{ {{pods}} }' } };
const names = { namespace: 'ml', service: 'fraud-r2', revision: 'r2' };
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
  const text = 'x{a="{{namespace}}-{{service}}-http", r="{{revision}}", {{pods}}} {{other}}';
  expect(filled(text, 'pod=~"p"', names)).toBe('x{a="ml-fraud-r2-http", r="r2", pod=~"p"} {{other}}');
});
