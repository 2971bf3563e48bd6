import { describe, expect, test } from 'vitest';
import {
  createAnalysis,
  type Analysis,
  type AnalysisState,
  type TickInput,
} from '../../../src/rollout/analysis/analysis.ts';
import type { AnalysisPlan } from '../../../src/rollout/analysis/plan.ts';
import type { ArmDeltas } from '../../../src/rollout/analysis/readings.ts';
import { drawArm, random } from './draws.ts';
import { errorsPlan } from './simulation.ts';

function counts(candidate: [number, number], stable: [number, number]): ArmDeltas {
  const pod = (name: string, [total, bad]: [number, number]) => [{ pod: name, total, bad }];
  return { candidate: pod('c-0', candidate), stable: pod('s-0', stable) };
}

function ticks(analysis: Analysis, deltas: ArmDeltas, times: number) {
  let verdict = analysis.tick({ at: '', weight: 0.1, elapsedMs: 15_000, deltas: { errors: deltas } });
  for (let tick = 1; tick < times && verdict.decision === 'continue'; tick++) {
    verdict = analysis.tick({ at: '', weight: 0.1, elapsedMs: 15_000, deltas: { errors: deltas } });
  }
  return verdict;
}

function twoMetrics(): AnalysisPlan {
  const plan = errorsPlan({ slo: 0.01, splitTolerance: 0.05 });
  return {
    ...plan,
    metrics: [
      { id: 'errors', title: 'failed requests', slo: 0.01, floor: 0.001, alpha: 0.025 },
      { id: 'latency', title: 'requests slower than 250 ms', slo: 0.05, floor: 0.005, alpha: 0.025 },
    ],
  };
}

describe('a decision', () => {
  test('no traffic is never promoted', () => {
    const analysis = createAnalysis(errorsPlan());
    analysis.startStep(0, 0.1);
    const verdict = ticks(analysis, counts([0, 0], [0, 0]), 1000);
    expect(verdict.decision).toBe('continue');
    expect(verdict.reasons).toEqual(['errors: no request of the candidate was counted yet.']);
  });

  test('traffic to stable alone is never promoted', () => {
    const analysis = createAnalysis(errorsPlan());
    analysis.startStep(0, 0.1);
    expect(ticks(analysis, counts([0, 0], [1000, 0]), 1000).decision).toBe('continue');
  });

  test('exactly the planned number of clean requests passes a step, one less does not', () => {
    const analysis = createAnalysis(errorsPlan({ slo: 0.01 }));
    analysis.startStep(0, 0.1);
    expect(ticks(analysis, counts([376, 0], [3000, 0]), 1).decision).toBe('continue');
    const verdict = ticks(analysis, counts([1, 0], [9, 0]), 1);
    expect(verdict.decision).toBe('promote');
    expect(verdict.reasons[0]).toMatch(
      /^errors: failed requests of the candidate 0 of 377 \(0 %\) in this step: evidence 20 >= 20 that it stays below 1 %\.$/,
    );
  });

  test('a candidate that fails 10 % is rolled back in two ticks, with the figures in the reason', () => {
    const analysis = createAnalysis(errorsPlan({ slo: 0.01 }));
    analysis.startStep(0, 0.1);
    expect(ticks(analysis, counts([150, 15], [1350, 1]), 1).decision).toBe('continue');
    const verdict = ticks(analysis, counts([150, 16], [1361, 1]), 1);
    expect(verdict.decision).toBe('rollback');
    expect(verdict.reasons[0]).toMatch(
      /^errors: failed requests of the candidate 31 of 300 \(10\.3 %\) against stable 2 of 2,711 \(0\.074 %\): evidence \S+ >= 20 that it is more than 1\.5 times worse than stable, and \S+ >= 20 that it is above 0\.1 %\.$/,
    );
  });

  test('an incident that hits both arms is not held against the candidate, and does not pass it either', () => {
    const analysis = createAnalysis(errorsPlan());
    analysis.startStep(0, 0.1);
    const verdict = ticks(analysis, counts([60, 18], [540, 162]), 200);
    expect(verdict.decision).toBe('continue');
    expect(verdict.reasons[0]).toContain('200 ticks were left out because stable itself was above 2 %');
  });

  test('much traffic alone does not condemn a harmless difference: it is a warning', () => {
    const analysis = createAnalysis(errorsPlan({ slo: 0.01 }));
    analysis.startStep(0, 0.1);
    const input = { at: '', weight: 0.1, elapsedMs: 1, deltas: { errors: counts([100_000, 50], [900_000, 90]) } };
    const verdicts = Array.from({ length: 20 }, () => analysis.tick(input));
    expect(verdicts.at(-1)?.decision).toBe('promote');
    const warnings = verdicts.flatMap((verdict) => verdict.warnings).filter((warning) => warning.includes('worse'));
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toContain('more than 1.5 times worse than stable, which is tolerated');
  });

  test('minimum time and minimum requests hold a step back and are named', () => {
    const steps = [{ weight: 0.1, minTimeMs: 60_000, minRequests: 5000 }];
    const analysis = createAnalysis(errorsPlan({ steps }));
    analysis.startStep(0, 0.1);
    const early = ticks(analysis, counts([1000, 0], [9000, 0]), 1);
    expect(early.decision).toBe('continue');
    expect(early.reasons[0]).toBe(
      'step at 10 %: 15 s of 60 s minimum time, 1,000 of 5,000 minimum requests of the candidate.',
    );
    expect(ticks(analysis, counts([1000, 0], [9000, 0]), 3).decision).toBe('continue');
    expect(ticks(analysis, counts([1000, 0], [9000, 0]), 1).decision).toBe('promote');
  });

  test('each step needs its own evidence, but what was bad stays known', () => {
    const analysis = createAnalysis(errorsPlan());
    analysis.startStep(0, 0.1);
    const before = ticks(analysis, counts([600, 2], [5400, 8]), 1);
    expect(before.decision).toBe('promote');
    analysis.startStep(1, 0.5);
    const after = analysis.tick({ at: '', weight: 0.5, elapsedMs: 1, deltas: { errors: counts([0, 0], [0, 0]) } });
    expect(after.decision).toBe('continue');
    expect(after.ticks[0]?.logWorse).toBe(before.ticks[0]?.logWorse);
    expect(after.ticks[0]?.logGood).toBe(0);
  });

  test('all metrics must be good, one bad one is enough to roll back', () => {
    const good = counts([2000, 0], [18_000, 0]);
    const slow = counts([2000, 400], [18_000, 90]);
    const analysis = createAnalysis(twoMetrics());
    analysis.startStep(0, 0.1);
    const input: TickInput = { at: '', weight: 0.1, elapsedMs: 1, deltas: { errors: good, latency: slow } };
    expect(analysis.tick(input).decision).toBe('continue');
    const verdict = analysis.tick(input);
    expect(verdict.decision).toBe('rollback');
    expect(verdict.reasons[0]).toContain('latency: requests slower than 250 ms of the candidate 800 of 4,000 (20 %)');
    expect(verdict.reasons[0]).toContain('>= 40');
  });

  test('the history before the candidate has traffic only teaches how errors spread over pods', () => {
    const analysis = createAnalysis(errorsPlan());
    const stable = [0, 1, 2, 3].map((pod) => ({ pod: `s-${pod}`, total: 100, bad: pod === 2 ? 12 : 0 }));
    for (let tick = 0; tick < 10; tick++) {
      const deltas = { errors: { candidate: [], stable } };
      expect(analysis.tick({ at: '', weight: 0, elapsedMs: 1, deltas }).ticks).toEqual([]);
    }
    analysis.startStep(0, 0.1);
    const [tick] = analysis.tick({
      at: '',
      weight: 0.1,
      elapsedMs: 1,
      deltas: { errors: counts([10, 0], [90, 0]) },
    }).ticks;
    expect(tick?.phi).toBeGreaterThan(3);
    expect(tick?.stable.total).toBe(90);
  });
});

/** A rollout of two metrics with every kind of tick in it. */
function* stream(seed: number): Generator<TickInput> {
  const next = random(seed);
  for (let tick = 0; tick < 40; tick++) {
    const arm = (name: 'candidate' | 'stable', mean: number, share: number) =>
      drawArm(next, { name, pods: name === 'candidate' ? 2 : 3, mean, share, burst: seed % 3 === 0 ? 4 : 1 });
    const deltas = {
      errors: { candidate: arm('candidate', 15, 0.02), stable: arm('stable', 135, 0.006) },
      latency: { candidate: arm('candidate', 15, 0.03), stable: arm('stable', 135, 0.01) },
    };
    yield { at: `t${tick}`, weight: 0.1, elapsedMs: 15_000, deltas };
  }
}

function play(seed: number, interrupt: (tick: number) => boolean): { verdicts: unknown[]; state: AnalysisState } {
  let analysis = createAnalysis(twoMetrics());
  analysis.startStep(0, 0.1);
  const verdicts: unknown[] = [];
  let tick = 0;
  for (const input of stream(seed)) {
    if (interrupt(tick))
      analysis = createAnalysis(twoMetrics(), JSON.parse(JSON.stringify(analysis.state())) as AnalysisState);
    if (tick === 20) analysis.startStep(1, 0.1);
    verdicts.push(analysis.tick(input));
    tick += 1;
  }
  return { verdicts, state: analysis.state() };
}

test('another machine continues exactly where the first one stopped, at any tick', () => {
  for (let seed = 1; seed <= 12; seed++) {
    const whole = play(seed, () => false);
    for (let at = 0; at < 40; at += 3) expect(play(seed, (tick) => tick === at)).toEqual(whole);
    expect(play(seed, () => true)).toEqual(whole);
  }
});

test('the saved state is small', () => {
  expect(JSON.stringify(play(1, () => false).state).length).toBeLessThan(2000);
});

test('the order of pods does not matter', () => {
  for (let seed = 1; seed <= 6; seed++) {
    const straight = createAnalysis(twoMetrics());
    const reversed = createAnalysis(twoMetrics());
    for (const input of stream(seed)) {
      const turn = ({ candidate, stable }: ArmDeltas): ArmDeltas => ({
        candidate: [...candidate].reverse(),
        stable: [...stable].reverse(),
      });
      const { errors, latency } = input.deltas;
      if (errors === undefined || latency === undefined) throw new Error('the stream has both metrics');
      const one = straight.tick(input);
      const other = reversed.tick({ ...input, deltas: { errors: turn(errors), latency: turn(latency) } });
      expect(other.decision).toBe(one.decision);
      for (const [index, tick] of one.ticks.entries())
        expect(other.ticks[index]?.logWorse).toBeCloseTo(tick.logWorse, 9);
    }
  }
});
