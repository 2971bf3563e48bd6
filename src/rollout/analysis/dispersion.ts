import type { ArmName } from '../../pipeline/evidence.ts';
import type { ArmDeltas, PodDelta } from './readings.ts';

/** Sums of squared deviations between the pods of an arm, and what they would be if errors were independent. */
export interface Moments {
  readonly squares: number;
  readonly variance: number;
}

export type DispersionState = Readonly<Record<ArmName, Moments>>;

/** Weight of the prior, in units of expected variance (about as many bad events): history shorter than this counts for little. */
const priorVariance = 5;

/** Nothing seen yet. */
export function noDispersion(): DispersionState {
  return { stable: { squares: 0, variance: 0 }, candidate: { squares: 0, variance: 0 } };
}

/**
 * Adds one tick. Pods of one arm are compared with each other at the same time, so an incident that hits all of them is not
 * dispersion. Given the arm's total of bad events, one pod's count is hypergeometric when errors are independent.
 */
export function addDispersion(state: DispersionState, deltas: ArmDeltas): DispersionState {
  return { stable: addArm(state.stable, deltas.stable), candidate: addArm(state.candidate, deltas.candidate) };
}

function addArm(moments: Moments, pods: readonly PodDelta[]): Moments {
  const total = pods.reduce((sum, pod) => sum + pod.total, 0);
  const bad = pods.reduce((sum, pod) => sum + pod.bad, 0);
  if (pods.length < 2 || bad === 0 || bad === total) return moments;
  let { squares, variance } = moments;
  for (const pod of pods) {
    const share = pod.total / total;
    squares += (pod.bad - bad * share) ** 2;
    variance += (bad * share * (1 - share) * (total - bad)) / (total - 1);
  }
  return { squares, variance };
}

/**
 * The running dispersion phi >= 1: how many times more the pods' counts vary than independent errors would. The larger arm's value,
 * shrunk towards the prior while little was seen (an arm with one pod shows nothing).
 */
export function dispersion(state: DispersionState, prior: number): number {
  const estimate = ({ squares, variance }: Moments): number =>
    (squares + prior * priorVariance) / (variance + priorVariance);
  return Math.max(1, estimate(state.stable), estimate(state.candidate));
}

/** True when neither arm has shown enough for phi to be more than the prior. */
export function dispersionUnknown(state: DispersionState): boolean {
  return Math.max(state.stable.variance, state.candidate.variance) < priorVariance;
}
