import type { MetricPlan, TickEvidence } from '../../pipeline/evidence.ts';
import { aboveFloorRatios, floorFactors, goodRatios } from './absolute.ts';
import { addDispersion, dispersion, noDispersion, type DispersionState } from './dispersion.ts';
import { bet, logEvidence, startWealth, type LogWealth } from './e-process.ts';
import { goodFractions } from './plan.ts';
import type { ArmDeltas, Count, PodDelta } from './readings.ts';
import { betterFactors, betterRatios, worseFactors, worseRatios } from './worse.ts';

/** All that is known about one metric; plain JSON. */
export interface MetricState {
  readonly worse: LogWealth;
  readonly aboveFloor: LogWealth;
  /** Starts anew at each step. */
  readonly good: LogWealth;
  readonly dispersion: DispersionState;
  /** Sums over the whole rollout. */
  readonly candidate: Count;
  readonly stable: Count;
  /** Sums of this step, without the ticks that were left out. */
  readonly stepCandidate: Count;
  readonly stepStable: Count;
  /** Ticks of this step in which stable itself was above the slo. */
  readonly stepIncidents: number;
  /** Pods of the larger arm at the last tick; one pod shows no dispersion. */
  readonly pods: number;
  /** Why the counts cannot be trusted; such a metric neither promotes nor rolls back. */
  readonly broken: string | null;
}

/** What the evidence of one metric says. */
export type MetricVerdict = 'worse' | 'good' | 'open' | 'broken';

/**
 * No single tick brings more than this part of the way (in logarithms) to a rollback (or to "better than stable"), because a burst of errors is one event however
 * many requests it hits: at least two bad ticks are needed. Simulated: false rollbacks under bursts of 5 fall from 9 % to 1 %.
 */
const largestStep = 0.6;

const none: Count = { total: 0, bad: 0 };

/** Nothing seen yet. */
export function startMetric(plan: MetricPlan): MetricState {
  return {
    worse: startWealth(worseFactors.length),
    aboveFloor: startWealth(floorFactors.length),
    good: startGood(plan),
    dispersion: noDispersion(),
    candidate: none,
    stable: none,
    stepCandidate: none,
    stepStable: none,
    stepIncidents: 0,
    pods: 0,
    broken: null,
  };
}

/** Begins a step: what was bad stays known, what is good has to be shown again. */
export function restartGood(state: MetricState, plan: MetricPlan): MetricState {
  return { ...state, good: startGood(plan), stepCandidate: none, stepStable: none, stepIncidents: 0 };
}

function startGood(plan: MetricPlan): LogWealth {
  return startWealth((plan.promotion === 'relative' ? betterFactors.length : 0) + goodFractions.length);
}

/** Adds one tick of both arms' counts. phi is taken from the ticks before, then updated. */
export function addTick(state: MetricState, plan: MetricPlan, deltas: ArmDeltas, phiPrior: number): MetricState {
  const candidate = sum(deltas.candidate);
  const stable = sum(deltas.stable);
  const phi = dispersion(state.dispersion, phiPrior);
  const relative = plan.promotion === 'relative';
  // Stable above its own slo is an incident of the surroundings: such a tick shows nothing about how good the candidate is by itself.
  const incident = !relative && stable.total > 0 && stable.bad / stable.total > plan.slo;
  const good = relative
    ? betterOrGood(state.good, candidate, stable, phi, plan)
    : bet(state.good, goodRatios(candidate, plan.slo), phi);
  return {
    ...state,
    worse: bet(state.worse, worseRatios(candidate, stable, plan.margin), phi, largestStep * plan.logRollback),
    // Alone, this is the only process that can roll back: one burst must not suffice here either.
    aboveFloor: bet(
      state.aboveFloor,
      aboveFloorRatios(candidate, plan.floor),
      phi,
      plan.alone === true ? largestStep * plan.logRollback : Infinity,
    ),
    good: incident ? state.good : good,
    dispersion: addDispersion(state.dispersion, deltas),
    candidate: add(state.candidate, candidate),
    stable: add(state.stable, stable),
    stepCandidate: incident ? state.stepCandidate : add(state.stepCandidate, candidate),
    stepStable: incident ? state.stepStable : add(state.stepStable, stable),
    stepIncidents: state.stepIncidents + (incident ? 1 : 0),
    pods: Math.max(deltas.candidate.length, deltas.stable.length),
  };
}

/**
 * "Better than stable, or below the slo": some of the bets each. Under "neither" both parts are e-processes, so their mean is one too.
 * Better alone would never pass where stable is broken in one metric and flawless in another.
 */
function betterOrGood(wealth: LogWealth, candidate: Count, stable: Count, phi: number, plan: MetricPlan): LogWealth {
  const better = wealth.slice(0, betterFactors.length);
  return [
    ...bet(better, betterRatios(candidate, stable), phi, largestStep * plan.logPromote),
    ...bet(wealth.slice(betterFactors.length), goodRatios(candidate, plan.slo), phi),
  ];
}

/** Adds a tick before the candidate has traffic: all it can tell is how errors spread over pods. */
export function addHistory(state: MetricState, deltas: ArmDeltas): MetricState {
  return { ...state, dispersion: addDispersion(state.dispersion, deltas) };
}

/**
 * Reads the evidence: rollback needs both "worse than stable" and "above the floor"; it is looked at first. A candidate that has all the
 * traffic cannot be compared: then being above the slo is enough.
 */
export function judgeMetric(state: MetricState, plan: MetricPlan): MetricVerdict {
  if (state.broken !== null) return 'broken';
  const worse = plan.alone === true || logEvidence(state.worse) >= plan.logRollback;
  if (worse && logEvidence(state.aboveFloor) >= plan.logRollback) return 'worse';
  return logEvidence(state.good) >= plan.logPromote ? 'good' : 'open';
}

/** The tick as it stands in the evidence. `phi` is the one that tempered this tick. */
export function tickEvidence(
  before: MetricState,
  after: MetricState,
  plan: MetricPlan,
  facts: { readonly at: string; readonly weight: number; readonly phiPrior: number },
): TickEvidence {
  return {
    at: facts.at,
    metric: plan.metric,
    weight: facts.weight,
    candidate: subtract(after.candidate, before.candidate),
    stable: subtract(after.stable, before.stable),
    logWorse: logEvidence(after.worse),
    logAboveFloor: logEvidence(after.aboveFloor),
    logGood: logEvidence(after.good),
    phi: dispersion(before.dispersion, facts.phiPrior),
  };
}

function sum(pods: readonly PodDelta[]): Count {
  return pods.reduce<Count>((sofar, pod) => add(sofar, pod), none);
}

function add(a: Count, b: Count): Count {
  return { total: a.total + b.total, bad: a.bad + b.bad };
}

function subtract(a: Count, b: Count): Count {
  return { total: a.total - b.total, bad: a.bad - b.bad };
}
