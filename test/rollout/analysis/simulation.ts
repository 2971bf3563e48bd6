import { createAnalysis, type Analysis, type Observation } from '../../../src/rollout/analysis/analysis.ts';
import type { AnalysisPlan, MetricId } from '../../../src/rollout/analysis/plan.ts';
import type { ArmDeltas } from '../../../src/rollout/analysis/readings.ts';
import { drawArm, random, type ArmTraffic } from './draws.ts';
import { startFleet, type Fleet } from './fleet.ts';

/** One simulated rollout step: rates and errors may change with time. */
export interface Scenario {
  /** Requests per tick of both arms together. */
  readonly requests: (tick: number) => number;
  /** Share of the candidate; a change takes effect at a tick's border. */
  readonly weight: (tick: number) => number;
  /** Share of bad events, of every metric of the plan. */
  readonly candidate: (tick: number) => number;
  readonly stable: (tick: number) => number;
  /** Mean number of bad events that come together; 1: independent. */
  readonly burst?: number;
  readonly pods?: { readonly candidate: number; readonly stable: number };
  /** Probability that a pod restarts or is replaced during a tick; given, counters are read as from pods. */
  readonly restarts?: number;
  readonly ticks: number;
  readonly plan: AnalysisPlan;
  /** Go on after the step has passed: counts false rollbacks under the longest possible look. */
  readonly neverPromote?: boolean;
}

export interface Ending {
  readonly decision: 'promote' | 'rollback' | 'inconclusive';
  readonly tick: number;
}

/** A plan with one metric, as most cases want it. */
export function errorsPlan(overrides: Partial<AnalysisPlan> & { slo?: number; floor?: number } = {}): AnalysisPlan {
  const { slo = 0.02, floor = slo / 10, ...rest } = overrides;
  const alpha = rest.alpha ?? 0.05;
  return {
    metrics: [{ id: 'errors', title: 'failed requests', slo, floor, alpha }],
    margin: 1.5,
    alpha,
    beta: 0.05,
    promotion: 'absolute',
    phiPrior: 1,
    splitTolerance: null,
    steps: [{ weight: 0.1, minTimeMs: 0, minRequests: 0 }],
    ...rest,
  };
}

/** Runs the real decision code over one simulated rollout. */
export function simulate(scenario: Scenario, seed: number): Ending {
  const next = random(seed);
  const { plan, restarts } = scenario;
  const analysis = createAnalysis(plan);
  const fleet = restarts === undefined ? null : startFleet(next, restarts);
  let weight = scenario.weight(0);
  analysis.startStep(0, weight);
  if (fleet !== null) analysis.observe(fleet.read(), { at: '', weight, elapsedMs: 0 });
  for (let tick = 0; tick < scenario.ticks; tick++) {
    if (scenario.weight(tick) !== weight) {
      weight = scenario.weight(tick);
      analysis.startStep(0, weight);
      if (fleet !== null) analysis.observe(fleet.read(), { at: '', weight, elapsedMs: 0 });
    }
    const decision = oneTick(scenario, analysis, next, fleet, tick);
    if (decision === 'rollback' || (decision === 'promote' && scenario.neverPromote !== true)) {
      return { decision, tick: tick + 1 };
    }
  }
  return { decision: 'inconclusive', tick: scenario.ticks };
}

function oneTick(
  scenario: Scenario,
  analysis: Analysis,
  next: () => number,
  fleet: Fleet | null,
  tick: number,
): 'promote' | 'rollback' | 'continue' {
  const { burst = 1, pods = { candidate: 2, stable: 4 }, requests, weight, plan } = scenario;
  const all = requests(tick);
  const share = weight(tick);
  const arm = (name: 'candidate' | 'stable', part: number): ArmTraffic => ({
    name,
    pods: pods[name],
    mean: all * part,
    share: scenario[name](tick),
    burst,
  });
  const candidate = arm('candidate', share);
  const stable = arm('stable', 1 - share);
  const observation: Observation = { at: '', weight: share, elapsedMs: 60_000 };
  if (fleet !== null) {
    fleet.serve(candidate);
    fleet.serve(stable);
    return analysis.observe(fleet.read(), observation).decision;
  }
  const deltas: Record<MetricId, ArmDeltas> = {};
  for (const { id } of plan.metrics) {
    deltas[id] = { candidate: drawArm(next, candidate), stable: drawArm(next, stable) };
  }
  return analysis.tick({ ...observation, deltas }).decision;
}

/** Endings of many rollouts. */
export interface Tally {
  readonly runs: number;
  readonly rollback: number;
  readonly promote: number;
  /** Ticks of the rollbacks and of the promotions: how many ended at the tick with that index. */
  readonly rollbackTicks: readonly number[];
  readonly promoteTicks: readonly number[];
}

/** Endings of the rollouts with the seeds from `firstSeed` on. */
export function tally(scenario: Scenario, runs: number, firstSeed = 1): Tally {
  const rollbackTicks = new Array<number>(scenario.ticks + 1).fill(0);
  const promoteTicks = new Array<number>(scenario.ticks + 1).fill(0);
  for (let run = 0; run < runs; run++) {
    const { decision, tick } = simulate(scenario, firstSeed + run);
    if (decision === 'rollback') rollbackTicks[tick] = (rollbackTicks[tick] ?? 0) + 1;
    if (decision === 'promote') promoteTicks[tick] = (promoteTicks[tick] ?? 0) + 1;
  }
  return { runs, rollback: sum(rollbackTicks), promote: sum(promoteTicks), rollbackTicks, promoteTicks };
}

/** Two tallies of the same scenario as one. */
export function together(a: Tally, b: Tally): Tally {
  const add = (one: readonly number[], other: readonly number[]): number[] =>
    one.map((value, index) => value + (other[index] ?? 0));
  return {
    runs: a.runs + b.runs,
    rollback: a.rollback + b.rollback,
    promote: a.promote + b.promote,
    rollbackTicks: add(a.rollbackTicks, b.rollbackTicks),
    promoteTicks: add(a.promoteTicks, b.promoteTicks),
  };
}

/** Median tick of a histogram; null when nothing ended so. */
export function medianTick(ticks: readonly number[]): number | null {
  const half = sum(ticks) / 2;
  if (half === 0) return null;
  let seen = 0;
  return ticks.findIndex((ended) => (seen += ended) >= half);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
