import { expect, test } from 'vitest';
import { createAnalysis } from '../../../src/rollout/analysis/analysis.ts';
import type { ArmsReading, PodReading } from '../../../src/rollout/analysis/readings.ts';
import { errorsPlan } from './simulation.ts';

function pod(name: string, total: number, bad: number): PodReading {
  return {
    pod: { namespace: 'ml', name, uid: name, ip: null, restarts: 0 },
    counters: { startTime: 1, counts: { errors: { total, bad } } },
    readAtMs: 0,
  };
}

function arms(stable: [number, number], candidate: [number, number]): ArmsReading {
  return { stable: [pod('s', ...stable)], candidate: [pod('c', ...candidate)] };
}

test('from readings to a promotion, step by step', () => {
  const analysis = createAnalysis(
    errorsPlan({ steps: [0.1, 0.5].map((weight) => ({ weight, minTimeMs: 0, minRequests: 0 })) }),
  );
  const observe = (weight: number, reading: ArmsReading) =>
    analysis.observe(reading, { at: '', weight, elapsedMs: 1000 });
  expect(observe(0, arms([100, 1], [20, 5])).ticks).toEqual([]);
  expect(observe(0, arms([200, 1], [20, 5])).decision).toBe('continue');
  analysis.startStep(0, 0.1);
  expect(observe(0.1, arms([230, 1], [20, 5])).ticks).toEqual([]);
  expect(observe(0.1, arms([1100, 1], [120, 5])).decision).toBe('continue');
  expect(observe(0.1, arms([2000, 1], [220, 5])).decision).toBe('promote');
  analysis.startStep(1, 0.5);
  expect(observe(0.5, arms([2010, 1], [230, 5])).decision).toBe('continue');
  expect(observe(0.5, arms([2200, 1], [430, 5])).decision).toBe('promote');
  expect(analysis.totals()).toEqual({
    stable: { requests: 1970, errors: 0 },
    candidate: { requests: 410, errors: 0 },
  });
});

test('a source that contradicts itself makes the metric inconclusive for good', () => {
  const analysis = createAnalysis(errorsPlan());
  const observe = (reading: ArmsReading) => analysis.observe(reading, { at: '', weight: 0.1, elapsedMs: 1000 });
  analysis.startStep(0, 0.1);
  observe(arms([1000, 0], [1000, 0]));
  observe(arms([1500, 0], [900, 0]));
  observe(arms([9000, 0], [9000, 0]));
  const verdict = observe(arms([19_000, 0], [19_000, 0]));
  expect(verdict.decision).toBe('continue');
  expect(verdict.reasons[0]).toMatch(/^errors: cannot be judged: pod c counted 1,000 requests and later 900/);
});

test('a pod that does not answer keeps the tick open, and the reasons say so', () => {
  const analysis = createAnalysis(errorsPlan());
  const observe = (reading: ArmsReading) => analysis.observe(reading, { at: '', weight: 0.1, elapsedMs: 1000 });
  analysis.startStep(0, 0.1);
  observe(arms([0, 0], [0, 0]));
  const [silent] = arms([0, 0], [0, 0]).stable;
  if (silent === undefined) throw new Error('one pod');
  const verdict = observe({ stable: [{ pod: silent.pod, missing: 'HTTP 500' }], candidate: [pod('c', 5000, 0)] });
  expect(verdict.decision).toBe('continue');
  expect(verdict.ticks).toEqual([]);
  expect(verdict.reasons.at(-1)).toBe('stable pod s could not be read (HTTP 500), so the tick stays open.');
  expect(observe(arms([9000, 0], [5000, 0])).decision).toBe('promote');
});

test('the split is not judged while a pod that serves cannot be read: its requests are missing, not divided otherwise', () => {
  const analysis = createAnalysis(errorsPlan({ splitTolerance: 0.05 }));
  analysis.startStep(0, 0.5);
  const stable = ['s1', 's2', 's3'];
  const observe = (tick: number) =>
    analysis.observe(
      {
        stable: stable.map((name) =>
          name === 's1' && tick > 0 ? { pod: pod(name, 0, 0).pod, missing: 'no answer' } : pod(name, tick * 300, 0),
        ),
        candidate: [pod('c', tick * 900, 0)],
      },
      { at: '', weight: 0.5, elapsedMs: 1000 },
    );
  for (let tick = 0; tick < 40; tick++) expect(observe(tick).split.status).not.toBe('missed');
});
