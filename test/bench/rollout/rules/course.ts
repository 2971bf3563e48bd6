import type { Answer, Rule } from '../../../../bench/rollout/rules/rule.ts';
import type { Count } from '../../../../src/rollout/analysis/readings.ts';

/** Counts of both arms during a tick of 15 s. */
export interface Served {
  readonly candidate: Count;
  readonly stable?: Count;
  /** Of the candidate: requests and those that were slow. */
  readonly latency?: Count;
}

/** An answer with the minute it came at and the weights until then, one a tick. */
export interface Ended {
  readonly answer: Answer;
  readonly minutes: number;
  readonly weights: readonly number[];
}

/** Runs a rule to its answer. */
export function end(rule: Rule, served: (tick: number) => Served, latency = false): Ended {
  const course = rule.start(latency);
  const weights: number[] = [];
  for (let tick = 0; tick < 1000; tick++) {
    weights.push(course.weight());
    const { candidate, stable = { total: 1000, bad: 0 }, latency: slow } = served(tick);
    const answer = course.tick({
      errors: { candidate: [{ pod: 'c', ...candidate }], stable: [{ pod: 's', ...stable }] },
      ...(slow === undefined ? {} : { latency: { candidate: [{ pod: 'c', ...slow }], stable: [] } }),
    });
    if (answer !== 'go on') return { answer, minutes: (tick + 1) / 4, weights };
  }
  throw new Error('no answer');
}

/** The same share of bad ones among 100 requests a tick. */
export const always = (percent: number) => (): Served => ({ candidate: { total: 100, bad: percent } });

/** The weights in order, each once, in percent. */
export const schedule = ({ weights }: Ended): readonly number[] =>
  [...new Set(weights)].map((weight) => Math.round(weight * 100));
