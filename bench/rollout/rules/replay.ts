import { horizon } from './trace.ts';
import type { Trace } from './trace.ts';
import { tickMs } from './rule.ts';
import type { Answer, Rule } from './rule.ts';

/** How one release ended under one rule. */
export interface Replayed {
  readonly answer: Exclude<Answer, 'go on'>;
  /** Minutes from the first request of the candidate to the answer. */
  readonly minutes: number;
  /** Bad answers of the candidate in two hours: a promoted one serves everything until then. */
  readonly harmed: number;
}

/** Replays a trace through a rule. */
export function replay(rule: Rule, trace: Trace, latency: boolean): Replayed {
  const course = rule.start(latency);
  let harmed = 0;
  for (let tick = 0; tick < horizon; tick++) {
    const counts = trace.counts(tick, course.weight());
    for (const { bad } of counts.errors.candidate) harmed += bad;
    for (const { bad } of counts.latency?.candidate ?? []) harmed += bad;
    const answer = course.tick(counts);
    if (answer === 'go on') continue;
    if (answer === 'promote') harmed += trace.harmAfter(tick + 1);
    return { answer, minutes: ((tick + 1) * tickMs) / 60_000, harmed };
  }
  throw new Error(`${rule.name} has no answer after two hours`);
}
