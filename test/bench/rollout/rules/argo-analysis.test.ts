import { expect, test } from 'vitest';
import { startArgoMetric } from '../../../../bench/rollout/rules/members/argo-analysis.ts';

const settings = { limit: 0.95, intervalSeconds: 300, failureLimit: 3 };

test('failureLimit counts failures in all, not in a row, and the one after it fails', () => {
  const metric = startArgoMetric(settings);
  for (const [index, value] of [0.9, 1, 0.9, 1, 1, 0.9, 1].entries()) metric.measure(300 * index, [value]);
  expect(metric.phase()).toBe('Running');
  expect(metric.measure(2100, [0.949])).toBe('Failed');
  expect(metric.phase()).toBe('Failed');
});

test('exactly the limit is a success', () => {
  expect(startArgoMetric(settings).measure(0, [0.95])).toBe('Successful');
});

test('NaN, 0 of 0 requests, is a failure when there is only a successCondition', () => {
  expect(startArgoMetric(settings).measure(0, [NaN])).toBe('Failed');
});

test('an empty vector is an error: asked again after 10 s, four in a row are tolerated, a value forgives them', () => {
  const metric = startArgoMetric(settings);
  for (let error = 0; error < 4; error++) expect(metric.measure(error * 10, [])).toBe('Error');
  expect(metric.phase()).toBe('Running');
  expect([metric.due(39), metric.due(40)]).toEqual([false, true]);
  metric.measure(40, [1]);
  expect([metric.due(339), metric.due(340)]).toEqual([false, true]);
  for (let error = 0; error < 5; error++) metric.measure(340 + error * 10, []);
  expect(metric.phase()).toBe('Error');
});

test('the first measurement is taken at once, or after initialDelay', () => {
  expect(startArgoMetric(settings).due(0)).toBe(true);
  const delayed = startArgoMetric({ ...settings, initialDelaySeconds: 300 });
  expect([delayed.due(299), delayed.due(300)]).toEqual([false, true]);
});
