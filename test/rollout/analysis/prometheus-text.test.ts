import { expect, test } from 'vitest';
import { readCounters } from '../../../src/rollout/analysis/count.ts';
import { parseExposition } from '../../../src/rollout/analysis/prometheus-text.ts';
import { page, preset, rules } from './preset.ts';

test('samples, escapes, timestamps, special values', () => {
  const { samples, types } = parseExposition(
    [
      '# HELP a help with {braces} and "quotes"',
      '# TYPE a counter',
      'a 1',
      String.raw`a{x="q\"uo\\te\n",y="",} 2e3 1700000000000`,
      'b{ le = "+Inf" , z="1" }  +Inf',
      'c NaN',
      'd_bucket{le="0.1"} 5 # {trace_id="x"} 0.05',
      '# EOF',
      '',
    ].join('\r\n'),
  );
  expect([...types]).toEqual(['a']);
  expect(samples).toEqual([
    { name: 'a', labels: {}, value: 1 },
    { name: 'a', labels: { x: 'q"uo\\te\n', y: '' }, value: 2000 },
    { name: 'b', labels: { le: '+Inf', z: '1' }, value: Infinity },
    { name: 'c', labels: {}, value: NaN },
    { name: 'd_bucket', labels: { le: '0.1' }, value: 5 },
  ]);
});

test.each([
  ['<html>', /line 1: no metric name/],
  ['a 1\nb{x="1} 2', /line 2: broken labels/],
  ['a{x="1"y="2"} 2', /broken labels/],
  ['a{x="1",x="2"} 2', /label x appears twice/],
  ['a', /no number/],
  ['a 0x10', /no number/],
  ['a 1 2 3', /no number/],
])('refuses %s', (text, message) => {
  expect(() => parseExposition(text)).toThrow(message);
});

test('a label named __proto__ is an ordinary label', () => {
  expect(Object.keys(parseExposition('a{__proto__="x"} 1').samples[0]?.labels ?? {})).toEqual(['__proto__']);
});

test('reads the counters of the preset, other routes aside', () => {
  expect(readCounters(page({ start: 7.5, ok: 90, errors: 3, slow: 8 }), rules, preset.startTime)).toEqual({
    startTime: 7.5,
    counts: { errors: { total: 93, bad: 3 }, latency: { total: 93, bad: 8 } },
  });
});

test('a counter without any series yet is zero, an unknown one is an error', () => {
  const fresh = page({ start: 1, ok: 0, errors: 0, slow: 0 })
    .split('\n')
    .filter((line) => line.startsWith('#') || line.startsWith('mldeploy_process'))
    .join('\n');
  expect(readCounters(fresh, rules, preset.startTime).counts['errors']).toEqual({ total: 0, bad: 0 });
  expect(() => readCounters('mldeploy_process_start_time_seconds 1\n', rules, preset.startTime)).toThrow(
    /no mldeploy_requests_total/,
  );
  expect(() => readCounters('# nothing\n', rules, preset.startTime)).toThrow(/no mldeploy_process_start_time_seconds/);
});

test('a histogram without the edge, or a value that is no count, is an error', () => {
  const text = page({ start: 1, ok: 5, errors: 0, slow: 0 });
  expect(() => readCounters(text.replaceAll('le="0.25"', 'le="0.3"'), rules, preset.startTime)).toThrow(/le="0.25"/);
  expect(() => readCounters(text.replace('"ok"} 5.0', '"ok"} NaN'), rules, preset.startTime)).toThrow(
    /which is not a count/,
  );
});
