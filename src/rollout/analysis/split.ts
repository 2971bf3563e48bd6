import { bernoulliRatio } from './absolute.ts';
import { bet, logEvidence, startWealth, type LogWealth } from './e-process.ts';
import { count, percent } from './wording.ts';

/** A false alarm would stop a rollout, so it may happen once in a thousand rollouts per side. */
const logThreshold = Math.log(1000);

/** How far beyond the tolerated bound the true share might be, as a part of the way to 0 or 1. */
const distances: readonly number[] = [0.02, 0.05, 0.1, 0.2, 0.5, 0.9];

/**
 * No single tick brings more than this part of the way (in logarithms) to an alarm: requests of one kept-alive connection go together, and
 * before some ticks were seen nothing shows how many do. Simulated: with 40 connections a tick of ten requests each, false alarms fall
 * from 3.5 % to below 0.1 %, and a share of 50 % instead of 10 % is found after four ticks.
 */
const largestStep = 0.3;

/** Ticks whose spread is needed before it counts; before that it is assumed to be this prior. */
const priorTicks = 4;

export interface SplitState {
  /** Share above intended + tolerance, and below intended - tolerance. */
  readonly above: LogWealth;
  readonly below: LogWealth;
  readonly total: number;
  readonly candidate: number;
  /** Squared deviations of the ticks' counts from the running share, in units of their binomial variance. */
  readonly squares: number;
  readonly ticks: number;
}

export type SplitVerdict =
  | { readonly status: 'off' }
  | { readonly status: 'ok'; readonly seen: number | null; readonly requests: number }
  | {
      readonly status: 'missed';
      readonly seen: number;
      readonly requests: number;
      /** What is wrong, as a sentence. */
      readonly message: string;
    };

/** No traffic seen yet at this weight. */
export function startSplit(): SplitState {
  return {
    above: startWealth(distances.length),
    below: startWealth(distances.length),
    total: 0,
    candidate: 0,
    squares: 0,
    ticks: 0,
  };
}

/**
 * Adds one tick: `candidate` of `total` requests. Two e-processes, one for "more than intended + tolerance", one for "less than
 * intended - tolerance", so the bound holds at every tick. Requests of one kept-alive connection go together; the spread between
 * earlier ticks tempers the evidence.
 */
export function addSplit(
  state: SplitState,
  tick: { readonly candidate: number; readonly total: number },
  intended: number,
  tolerance: number,
): SplitState {
  if (tick.total === 0) return state;
  const phi = Math.max(1, (state.squares + priorTicks) / (state.ticks + priorTicks));
  const upper = Math.min(1 - 1e-9, intended + tolerance);
  const lower = Math.max(1e-9, intended - tolerance);
  const served = { total: tick.total, bad: tick.candidate };
  const above = distances.map((part) => bernoulliRatio(served, upper + (1 - upper) * part, upper));
  const below = distances.map((part) => bernoulliRatio(served, lower * (1 - part), lower));
  const share = (state.candidate + tick.candidate) / (state.total + tick.total);
  const variance = tick.total * share * (1 - share);
  const square = variance > 0 ? (tick.candidate - tick.total * share) ** 2 / variance : 0;
  return {
    above: upper < 1 - 1e-8 ? bet(state.above, above, phi, largestStep * logThreshold) : state.above,
    below: lower > 1e-8 ? bet(state.below, below, phi, largestStep * logThreshold) : state.below,
    total: state.total + tick.total,
    candidate: state.candidate + tick.candidate,
    squares: state.squares + square,
    ticks: state.ticks + 1,
  };
}

/** The verdict on the split so far; `tolerance` null turns it off, `moreIsExpected` lets only too small a share be a miss. */
export function judgeSplit(
  state: SplitState,
  intended: number,
  tolerance: number | null,
  moreIsExpected = false,
): SplitVerdict {
  if (tolerance === null) return { status: 'off' };
  const requests = state.total;
  if (requests === 0) return { status: 'ok', seen: null, requests };
  const seen = state.candidate / state.total;
  const above = moreIsExpected ? 0 : logEvidence(state.above);
  if (Math.max(above, logEvidence(state.below)) < logThreshold) return { status: 'ok', seen, requests };
  const message =
    `the candidate got ${percent(seen)} of ${count(requests)} requests where ${percent(intended)} was asked for ` +
    `(tolerated: ${percent(tolerance)} more or less): the traffic provider does not do what it was told`;
  return { status: 'missed', seen, requests, message };
}
