import type { RolloutEvidence, TickEvidence, TimelineEvent } from '../pipeline/evidence.ts';
import { duration } from './format.ts';

/** The part of a rollout in which both revisions had traffic. Times are milliseconds since 1970. */
export interface LivePhase {
  /** The candidate's first share of the traffic. */
  readonly from: number;
  /** Last tick or decision. */
  readonly decided: number;
  /** Changes of the intended share, in order. */
  readonly weights: readonly { readonly at: number; readonly weight: number }[];
}

/** When both revisions had traffic, or null when they never had. */
export function livePhase({ volatile }: RolloutEvidence): LivePhase | null {
  const weights = volatile.timeline.flatMap(({ at, weight }) =>
    weight === undefined ? [] : [{ at: Date.parse(at), weight }],
  );
  const first = weights.find(({ weight }) => weight > 0);
  if (first === undefined || volatile.ticks.length === 0) return null;
  const ticks = volatile.ticks.map(({ at }) => Date.parse(at));
  const decisions = volatile.timeline.filter(({ kind }) => kind === 'decision').map(({ at }) => Date.parse(at));
  const decided = decisions.at(-1) ?? Math.max(...ticks);
  return { from: first.at, decided, weights };
}

/** True when evidence decided, and not a person, a deadline or an error. */
export function wasDecided({ decision, volatile }: RolloutEvidence): boolean {
  return (decision === 'promote' || decision === 'rollback') && volatile.totals.candidate.requests > 0;
}

/** How long the candidate had traffic and what came of it: `decided 6.0 s after the first live request`. */
export function decisionWords(rollout: RolloutEvidence, { from, decided }: LivePhase): string {
  const after = duration(decided - from);
  if (rollout.volatile.totals.candidate.requests === 0)
    return `not one request reached the candidate in ${after} at its share of the traffic`;
  if (wasDecided(rollout)) return `decided ${after} after the first live request`;
  const what = { held: 'held', inconclusive: 'still undecided', none: 'stopped' } as const;
  return `${what[rollout.decision as keyof typeof what]} ${after} after the first live request`;
}

/** The ticks of one metric, oldest first. */
export function ticksOf(rollout: RolloutEvidence, metric: string): TickEvidence[] {
  return rollout.volatile.ticks.filter((tick) => tick.metric === metric);
}

/** First tick at which the candidate is worse than stable and above the floor: where a rollback is due. */
export function rollbackTick(rollout: RolloutEvidence, metric: string): TickEvidence | null {
  const plan = rollout.metrics.find((each) => each.metric === metric);
  if (plan === undefined) return null;
  const due = (tick: TickEvidence): boolean => Math.min(tick.logWorse, tick.logAboveFloor) >= plan.logRollback;
  return ticksOf(rollout, metric).find(due) ?? null;
}

/** The metric that decided, or else the first one. */
export function decidingMetric(rollout: RolloutEvidence): string | null {
  const decided = rollout.metrics.find(({ metric }) => rollbackTick(rollout, metric) !== null);
  return (decided ?? rollout.metrics[0])?.metric ?? null;
}

/** Events with their time since the first one. */
export function sinceStart(
  timeline: readonly TimelineEvent[],
): { readonly afterMs: number; readonly event: TimelineEvent }[] {
  const start = Date.parse(timeline[0]?.at ?? '');
  return timeline.map((event) => ({ afterMs: Date.parse(event.at) - start, event }));
}
