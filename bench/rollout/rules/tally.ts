import { clopperPearson } from '../../../test/rollout/analysis/bounds.ts';
import type { GoodCase } from './cases.ts';
import { replay } from './replay.ts';
import type { Replayed } from './replay.ts';
import type { Rule } from './rule.ts';
import { createTrace } from './trace.ts';

/** A share of the runs in percent, with its exact 95 % confidence interval. */
export interface Share {
  readonly percent: number;
  readonly interval: readonly [number, number];
}

/** A median, with a 95 % confidence interval from the order statistics. */
export interface Median {
  readonly median: number;
  readonly interval: readonly [number, number];
}

/** What one rule did with one case. */
export interface Tally {
  readonly rule: string;
  readonly rolledBack: Share;
  readonly promoted: Share;
  /** Without a verdict: a person is asked, the candidate has no traffic. */
  readonly held: Share;
  /** Minutes from the first request; null when it never happened. */
  readonly minutesToRollback: Median | null;
  readonly minutesToPromotion: Median | null;
  /** Bad answers of the candidate in two hours, over all runs. */
  readonly harmed: Median;
}

/** Replays so many traces of a case through each rule: the same traces for all of them. */
export function tally(rules: readonly Rule[], { traffic }: GoodCase, runs: number): readonly Tally[] {
  const ended = rules.map((): Replayed[] => []);
  for (let seed = 1; seed <= runs; seed++) {
    const trace = createTrace(traffic, seed);
    for (const [index, rule] of rules.entries()) ended[index]?.push(replay(rule, trace, traffic.slow !== undefined));
  }
  return rules.map(({ name }, index) => summary(name, ended[index] ?? []));
}

function summary(rule: string, all: readonly Replayed[]): Tally {
  const minutes = (answer: Replayed['answer']): readonly number[] =>
    all.filter((each) => each.answer === answer).map((each) => each.minutes);
  const [back, promoted] = [minutes('roll back'), minutes('promote')];
  return {
    rule,
    rolledBack: share(back.length, all.length),
    promoted: share(promoted.length, all.length),
    held: share(minutes('hold').length, all.length),
    minutesToRollback: back.length === 0 ? null : medianOf(back),
    minutesToPromotion: promoted.length === 0 ? null : medianOf(promoted),
    harmed: medianOf(all.map(({ harmed }) => Math.round(harmed))),
  };
}

function share(hits: number, runs: number): Share {
  const { low, high } = clopperPearson(hits, runs, 0.95);
  return { percent: (hits / runs) * 100, interval: [round(low * 100), round(high * 100)] };
}

/** The median and its interval; of an empty list NaN. */
export function medianOf(values: readonly number[]): Median {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (rank: number): number => sorted[Math.min(sorted.length - 1, Math.max(0, rank))] ?? NaN;
  const half = (sorted.length - 1) / 2;
  const spread = 0.98 * Math.sqrt(sorted.length);
  return {
    median: (at(Math.floor(half)) + at(Math.ceil(half))) / 2,
    interval: [at(Math.floor(half - spread)), at(Math.ceil(half + spread))],
  };
}

function round(value: number): number {
  return Math.round(value * 1000) / 1000;
}
