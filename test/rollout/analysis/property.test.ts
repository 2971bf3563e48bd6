import { expect, test } from 'vitest';
import { kubeApi } from '../../../src/kubernetes/kube-api.ts';
import {
  createAnalysis,
  type Analysis,
  type AnalysisState,
  type TickVerdict,
} from '../../../src/rollout/analysis/analysis.ts';
import { logLikelihoodRatios, logProbability } from '../../../src/rollout/analysis/noncentral-hypergeometric.ts';
import type { AnalysisPlan } from '../../../src/rollout/analysis/plan.ts';
import type { ArmsReading, PodReading } from '../../../src/rollout/analysis/readings.ts';
import { StateStore } from '../../../src/rollout/state.ts';
import { MemoryTransport } from '../memory-transport.ts';
import { restState } from '../rest-state.ts';
import { random } from './draws.ts';
import { exactTerms, logRatio } from './exact-law.ts';
import { startFleet } from './fleet.ts';
import { errorsPlan } from './simulation.ts';

const weights = [0, 0, 0.1, 0.1, 0.1, 0.1, 0.3, 0.3, 0.3, 0.3, 0.3, 0.5, 0.5, 0.5, 0.5, 0.5];
const plans: readonly AnalysisPlan[] = [
  errorsPlan({ splitTolerance: 0.05 }),
  errorsPlan({ promotion: 'relative', phiPrior: 1.5 }),
];

/** Readings of a rollout with restarts, replaced pods, silent pods and readings that are apart. */
function readings(seed: number): readonly ArmsReading[] {
  const next = random(seed);
  const fleet = startFleet(next, 0.05);
  return weights.map((weight) => {
    fleet.serve({ name: 'stable', pods: 3, mean: 400, share: 0.02, burst: 1 + (seed % 4) });
    if (weight > 0) fleet.serve({ name: 'candidate', pods: 2, mean: 400 * weight, share: 0.05, burst: 1 });
    const disturbed = (pod: PodReading): PodReading => {
      if (next() < 0.04) return { pod: pod.pod, missing: 'no answer in 3000 ms' };
      return next() < 0.02 && 'counters' in pod ? { ...pod, readAtMs: 1700 } : pod;
    };
    const { stable, candidate } = fleet.read();
    return { stable: stable.map(disturbed), candidate: candidate.map(disturbed) };
  });
}

function play(
  plan: AnalysisPlan,
  taken: readonly ArmsReading[],
  at: (tick: number, analysis: Analysis) => Analysis,
): { readonly verdicts: readonly TickVerdict[]; readonly state: AnalysisState } {
  let analysis = createAnalysis(plan);
  const verdicts = taken.map((reading, tick) => {
    analysis = at(tick, analysis);
    const weight = weights[tick] ?? 0;
    if (weight > 0 && weight !== weights[tick - 1]) analysis.startStep(tick, weight);
    return { ...analysis.observe(reading, { at: `t${tick}`, weight, elapsedMs: 15_000 }) };
  });
  return { verdicts, state: analysis.state() };
}

test('resumed at any tick from the ConfigMap, the verdicts are identical', async () => {
  const ref = { model: restState.model, namespace: restState.namespace };
  for (const plan of plans) {
    for (let seed = 1; seed <= 6; seed++) {
      const taken = readings(seed);
      const kept: AnalysisState[] = [];
      const whole = play(plan, taken, (_, analysis) => {
        kept.push(analysis.state());
        return analysis;
      });
      const api = kubeApi(new MemoryTransport());
      const store = await StateStore.load(api, ref);
      for (const [tick, analysis] of kept.entries()) {
        await store.save({ ...restState, analysis });
        const saved = (await StateStore.load(api, ref)).state?.analysis;
        if (saved === undefined || saved === null) throw new Error('the state was saved');
        const resumed = play(plan, taken, (now, running) => (now === tick ? createAnalysis(plan, saved) : running));
        expect(resumed).toEqual(whole);
      }
    }
  }
});

/** Reasons in any order, without the pod that stands for several. */
function nameless(reasons: readonly string[]): readonly string[] {
  return reasons.map((reason) => reason.replaceAll(/(stable|candidate)-\d/g, '$1-N')).toSorted();
}

test('the order in which pods are read does not matter', () => {
  for (const plan of plans) {
    for (let seed = 1; seed <= 20; seed++) {
      const taken = readings(seed);
      const next = random(seed + 1000);
      const shuffled = (pods: readonly PodReading[]): PodReading[] =>
        pods.map((pod) => ({ pod, key: next() })).toSorted((a, b) => a.key - b.key).map(({ pod }) => pod); // prettier-ignore
      const mixed = taken.map(({ stable, candidate }) => ({
        stable: shuffled(stable),
        candidate: shuffled(candidate),
      }));
      const one = play(plan, taken, (_, analysis) => analysis);
      const other = play(plan, mixed, (_, analysis) => analysis);
      for (const [tick, verdict] of one.verdicts.entries()) {
        const again = other.verdicts[tick];
        expect(again?.decision).toBe(verdict.decision);
        expect(nameless(again?.reasons ?? [])).toEqual(nameless(verdict.reasons));
        for (const [index, { logWorse, logAboveFloor, logGood, ...rest }] of verdict.ticks.entries()) {
          expect(again?.ticks[index]).toMatchObject({ ...rest, phi: expect.closeTo(rest.phi, 9) as number });
          expect(again?.ticks[index]?.logWorse).toBeCloseTo(logWorse, 9);
          expect(again?.ticks[index]?.logAboveFloor).toBeCloseTo(logAboveFloor, 9);
          expect(again?.ticks[index]?.logGood).toBeCloseTo(logGood, 9);
        }
      }
    }
  }
});

test('the law is that of exact rational arithmetic for n up to 2,000, sampled', () => {
  const next = random(11);
  const odds: readonly [bigint, bigint][] = [[1n, 1n], [3n, 2n], [9n, 4n], [3n, 1n], [9n, 2n], [15n, 2n], [15n, 1n], [1n, 3n]]; // prettier-ignore
  for (let round = 0; round < 150; round++) {
    const candidate = Math.floor(next() * 2001);
    const stable = Math.floor(next() * (2001 - candidate));
    // Few bad events are the usual case; every eighth sample has many.
    const share = round % 8 === 0 ? next() : next() ** 5;
    const margins = { candidate, stable, bad: Math.round((candidate + stable) * share) };
    const exact = odds.map(([numerator, denominator]) => {
      const terms = exactTerms(margins, numerator, denominator);
      return { w: Number(numerator) / Number(denominator), terms, total: [...terms.values()].reduce((a, b) => a + b) };
    });
    const base = exact[1];
    if (base === undefined) throw new Error('the margin is among the odds');
    const support = [...base.terms.keys()];
    const xs = [0, 0.1, 0.5, 0.9, 1].map((part) => support[Math.round(part * (support.length - 1))] ?? 0);
    for (const x of new Set(xs)) {
      const truth = exact.map(({ terms, total }) => logRatio(terms.get(x) ?? 0n, total));
      for (const [index, { w }] of exact.entries()) {
        expect(Math.abs(logProbability(x, margins, w) - (truth[index] ?? NaN))).toBeLessThan(1e-9);
      }
      const ratios = logLikelihoodRatios(x, margins, 1.5, exact.map(({ w }) => w)); // prettier-ignore
      for (const [index, ratio] of ratios.entries()) {
        expect(Math.abs(ratio - ((truth[index] ?? NaN) - (truth[1] ?? NaN)))).toBeLessThan(1e-9);
      }
    }
  }
}, 60_000);

function oneTick(plan: AnalysisPlan, candidate: [number, number], stable: [number, number]) {
  const analysis = createAnalysis(plan);
  analysis.startStep(0, 0.1);
  const errors = {
    candidate: [{ pod: 'c', total: candidate[0], bad: candidate[1] }],
    stable: [{ pod: 's', total: stable[0], bad: stable[1] }],
  };
  const [tick] = analysis.tick({ at: '', weight: 0.1, elapsedMs: 1, deltas: { errors } }).ticks;
  if (tick === undefined) throw new Error('the tick closed');
  return tick;
}

test('one more bad event of the candidate never speaks for it, one more of stable never against it', () => {
  const next = random(5);
  for (let round = 0; round < 40; round++) {
    const plan = errorsPlan({ margin: 1 + next() * 2, promotion: round % 2 === 0 ? 'absolute' : 'relative' });
    const n = 1 + Math.floor(next() * 60);
    const m = 1 + Math.floor(next() * 300);
    const stableBad = Math.floor(next() * Math.min(m, 12));
    let before = oneTick(plan, [n, 0], [m, stableBad]);
    for (let bad = 1; bad <= n; bad++) {
      const now = oneTick(plan, [n, bad], [m, stableBad]);
      expect(now.logWorse).toBeGreaterThanOrEqual(before.logWorse - 1e-9);
      expect(now.logAboveFloor).toBeGreaterThanOrEqual(before.logAboveFloor - 1e-9);
      expect(now.logGood).toBeLessThanOrEqual(before.logGood + 1e-9);
      expect(oneTick(plan, [n, bad], [m, stableBad + 1]).logWorse).toBeLessThanOrEqual(now.logWorse + 1e-9);
      before = now;
    }
  }
});

test('where rollback and promotion are due at the same tick, the rollback wins', () => {
  const plan = errorsPlan({ slo: 0.05, floor: 0.0005, steps: [{ weight: 0.1, minTimeMs: 30_000, minRequests: 0 }] });
  const analysis = createAnalysis(plan);
  analysis.startStep(0, 0.1);
  const errors = { candidate: [{ pod: 'c', total: 2000, bad: 20 }], stable: [{ pod: 's', total: 18_000, bad: 18 }] };
  const input = { at: '', weight: 0.1, elapsedMs: 15_000, deltas: { errors } };
  expect(analysis.tick(input).decision).toBe('continue');
  const { decision, ticks } = analysis.tick(input);
  const threshold = Math.log(20);
  expect(ticks[0]?.logGood).toBeGreaterThan(threshold);
  expect(Math.min(ticks[0]?.logWorse ?? 0, ticks[0]?.logAboveFloor ?? 0)).toBeGreaterThan(threshold);
  expect(decision).toBe('rollback');
});

test('evidence exactly at its threshold counts', () => {
  const analysis = createAnalysis(errorsPlan());
  analysis.startStep(0, 0.1);
  const errors = { candidate: [{ pod: 'c', total: 150, bad: 0 }], stable: [{ pod: 's', total: 10, bad: 0 }] };
  const tick = (subject: Analysis): TickVerdict =>
    subject.tick({ at: '', weight: 0.1, elapsedMs: 1, deltas: { errors } });
  const good = tick(analysis).ticks[0]?.logGood ?? NaN;
  const decisionAt = (beta: number): string => {
    const same = createAnalysis(errorsPlan({ beta }));
    same.startStep(0, 0.1);
    return tick(same).decision;
  };
  // -log(beta) may round either way: the nearest beta below is above the threshold, the nearest above is not.
  const beta = Math.exp(-good);
  expect(decisionAt(beta * (1 + 1e-12))).toBe('promote');
  expect(decisionAt(beta * (1 - 1e-12))).toBe('continue');
});
