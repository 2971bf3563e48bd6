import type { ArmDeltas, PodDelta } from '../../../src/rollout/analysis/readings.ts';
import { binomial, inBursts, poisson, random } from '../../../test/rollout/analysis/draws.ts';
import { tickMs, ticksOf } from './rule.ts';
import type { TickCounts } from './rule.ts';

/** A value that changes with the time since the release, in minutes. */
export type OverTime = (minute: number) => number;

/** A dependency of both arms is down. */
export interface Incidents {
  readonly count: number;
  /** Shortest and longest, minutes. */
  readonly minutes: readonly [number, number];
  /** They begin within so many minutes of the release. */
  readonly within: number;
  /** Share of the requests that fail because of it. */
  readonly share: number;
}

/** What the clients do and how often each version fails them. */
export interface Traffic {
  /** Requests a minute, both arms together. */
  readonly perMinute: OverTime;
  /** Shares of failed answers, 0..1. */
  readonly stable: OverTime;
  readonly candidate: OverTime;
  /** Shares of answers slower than 500 ms. */
  readonly slow?: { readonly stable: number; readonly candidate: number };
  readonly incidents?: Incidents;
  /** Mean number of errors that come together, on one pod; 1: independent. */
  readonly burst?: number;
  /** The release starts at a random time of this day: multiplies the requests, and the shares of failed answers. */
  readonly day?: OverTime;
}

/** Two hours: no rule here is without a verdict after that. */
export const horizon = ticksOf(120);

const slices = 10;
const stableNames = [0, 1, 2, 3, 4].map((pod) => `stable-${pod}`);
const candidateNames = [0, 1, 2, 3, 4].map((pod) => `candidate-${pod}`);

/** What would happen to one kind of request outcome: bad answers per tick and slice if that version served it. */
interface Outcomes {
  readonly stable: Int32Array;
  readonly candidate: Int32Array;
}

/**
 * Two hours of requests. Clients come in ten slices of equal size, and for each request it is drawn what either version would answer; a
 * weight only says which slices the candidate serves. So every rule sees the very same requests.
 */
export interface Trace {
  counts(tick: number, weight: number): TickCounts;
  /** Bad answers that are to be expected of a candidate that serves everything from this tick on until the two hours are over. */
  harmAfter(tick: number): number;
}

/** Draws a trace, tick by tick as far as it is asked for; it depends on the seed alone. */
export function createTrace(traffic: Traffic, seed: number): Trace {
  const next = random(seed);
  const phase = next() * 1440;
  const down = incidentsOf(traffic, next);
  const { slow, burst = 1, incidents, day } = traffic;
  const outcomes = (): Outcomes => ({ stable: slots(), candidate: slots() });
  const [total, errors, slower] = [slots(), outcomes(), outcomes()];
  let drawn = 0;

  const minuteOf = (tick: number): number => (tick * tickMs) / 60_000;
  const timeOf = (minute: number): number => (day === undefined ? 1 : day(minute + phase));
  const meanOf = (minute: number): number => (traffic.perMinute(minute) * timeOf(minute) * tickMs) / 60_000;
  const bad = (requests: number, share: number): number =>
    burst > 1 ? Math.min(requests, inBursts(next, requests * share, burst)) : binomial(next, requests, share);

  const draw = (tick: number): void => {
    const minute = minuteOf(tick);
    const time = timeOf(minute);
    const incident = (incidents?.share ?? 0) * down(minute);
    const failing = (share: number): number => share * time + (1 - share * time) * incident;
    const [stable, candidate] = [failing(traffic.stable(minute)), failing(traffic.candidate(minute))];
    const mean = meanOf(minute) / slices;
    for (let slot = tick * slices; slot < (tick + 1) * slices; slot++) {
      const requests = (total[slot] = poisson(next, mean));
      errors.stable[slot] = bad(requests, stable);
      errors.candidate[slot] = bad(requests, candidate);
      if (slow === undefined) continue;
      slower.stable[slot] = binomial(next, requests, slow.stable);
      slower.candidate[slot] = binomial(next, requests, slow.candidate);
    }
  };

  return {
    counts: (tick, weight) => {
      while (drawn <= tick) draw(drawn++);
      const all = { errors: deltas(tick, weight, total, errors) };
      return slow === undefined ? all : { ...all, latency: deltas(tick, weight, total, slower) };
    },
    harmAfter: (tick) => {
      let sum = 0;
      for (let later = tick; later < horizon; later++) {
        const minute = minuteOf(later);
        sum += meanOf(minute) * (traffic.candidate(minute) * timeOf(minute) + (slow?.candidate ?? 0));
      }
      return sum;
    },
  };
}

function slots(): Int32Array {
  return new Int32Array(horizon * slices);
}

/** As ml-deploy and a gateway do it: the candidate has as many pods as its share needs. */
function deltas(tick: number, weight: number, total: Int32Array, { stable, candidate }: Outcomes): ArmDeltas {
  const border = Math.round(weight * slices);
  if (Math.abs(border - weight * slices) > 1e-9) throw new Error(`a weight of ${weight} is not a multiple of 0.1`);
  const arm = (names: readonly string[], from: number, to: number, bad: Int32Array): PodDelta[] => {
    const pods = names.map((pod) => ({ pod, total: 0, bad: 0 }));
    for (let slice = from; slice < to; slice++) {
      const pod = pods[(slice - from) % pods.length];
      if (pod === undefined) continue;
      pod.total += total[tick * slices + slice] ?? 0;
      pod.bad += bad[tick * slices + slice] ?? 0;
    }
    return pods;
  };
  const candidatePods = candidateNames.slice(0, Math.ceil((border / slices) * stableNames.length));
  return { candidate: arm(candidatePods, 0, border, candidate), stable: arm(stableNames, border, slices, stable) };
}

/** Part of the tick that begins at a minute during which a dependency is down, 0..1. */
function incidentsOf({ incidents }: Traffic, next: () => number): OverTime {
  if (incidents === undefined) return () => 0;
  const { count, within, minutes } = incidents;
  const spans = Array.from({ length: count }, () => {
    const from = next() * within;
    return { from, to: from + minutes[0] + next() * (minutes[1] - minutes[0]) };
  });
  const tick = tickMs / 60_000;
  return (minute) => {
    const parts = spans.map(({ from, to }) => Math.min(to, minute + tick) - Math.max(from, minute));
    return Math.max(0, ...parts) / tick;
  };
}
