import type { MetricPlan, RolloutEvidence, ThresholdRuleFacts, TickEvidence } from '../../pipeline/evidence.ts';
import { percent, share } from './wording.ts';

/**
 * The example in the documentation of Argo Rollouts (AnalysisTemplate `success-rate`): every 5 minutes the share of good answers over the
 * last 5 minutes must be at least 95 %; three misses are tolerated (`failureLimit: 3`), the fourth one rolls back.
 */
const windowMs = 5 * 60_000;
const threshold = 0.05;
const tolerated = 3;

const earliestMinutes = ((tolerated + 1) * windowMs) / 60_000;
const rule = `more than ${percent(threshold)} bad in ${tolerated + 1} windows of ${windowMs / 60_000} min, the documented example of Argo Rollouts`;

/** What the comparison is made of. */
export type Judged = Pick<RolloutEvidence, 'metrics' | 'decision' | 'reasons'> &
  Pick<RolloutEvidence['volatile'], 'ticks' | 'timeline'>;

/**
 * What that rule makes of the candidate's counts, for comparison with the verdict: it decides nothing. Told only where the counts rolled the
 * candidate back (one that crashed needs no comparison), or where the rule would have.
 */
export function thresholdRules({ metrics, decision, reasons, ticks, timeline }: Judged): ThresholdRuleFacts[] {
  const first = timeline.find(({ weight }) => weight !== undefined && weight > 0);
  if (first === undefined) return [];
  return metrics.flatMap((plan) => {
    const rolledBack = decision === 'rollback' && reasons.some((reason) => reason.startsWith(`${plan.metric}: `));
    return thresholdRule(plan, ticks, Date.parse(first.at), rolledBack) ?? [];
  });
}

function thresholdRule(
  plan: MetricPlan,
  ticks: readonly TickEvidence[],
  startedAt: number,
  rolledBack: boolean,
): ThresholdRuleFacts | null {
  const own = ticks.filter(({ metric }) => metric === plan.metric);
  const windows = completeWindows(own, startedAt);
  const failing = windows.filter(({ total, bad }) => total > 0 && bad / total > threshold);
  const at = failing[tolerated]?.endsAt ?? null;
  const sum = add(own.map(({ candidate }) => candidate));
  if (sum.total === 0 || (!rolledBack && at === null)) return null;
  return {
    metric: plan.metric,
    rule,
    windows: windows.length,
    failing: failing.length,
    at: at === null ? null : new Date(at).toISOString(),
    message: `${plan.metric}: a plain threshold rule (${rule}) ${sentence(plan, sum, at === null ? null : at - startedAt)}.`,
  };
}

function sentence(plan: MetricPlan, sum: Counts, afterMs: number | null): string {
  if (afterMs !== null) return `would have rolled back after ${Math.round(afterMs / 60_000)} min`;
  const seen = share(sum.bad, sum.total);
  if (sum.bad / sum.total > threshold) return `would have seen it after ${earliestMinutes} min at the earliest`;
  const own =
    sum.bad / sum.total > plan.slo
      ? `; with your limit of ${percent(plan.slo)} as its threshold, after ${earliestMinutes} min at the earliest`
      : '';
  return `would not have seen it: ${seen} is below its threshold${own}`;
}

interface Counts {
  readonly total: number;
  readonly bad: number;
}

function completeWindows(
  ticks: readonly TickEvidence[],
  startedAt: number,
): readonly (Counts & { readonly endsAt: number })[] {
  const last = Math.max(startedAt, ...ticks.map(({ at }) => Date.parse(at)));
  return Array.from({ length: Math.floor((last - startedAt) / windowMs) }, (_, index) => {
    const from = startedAt + index * windowMs;
    const endsAt = from + windowMs;
    const inside = ticks.filter(({ at }) => Date.parse(at) > from && Date.parse(at) <= endsAt);
    return { ...add(inside.map(({ candidate }) => candidate)), endsAt };
  });
}

function add(counts: readonly Counts[]): Counts {
  return counts.reduce((sum, { total, bad }) => ({ total: sum.total + total, bad: sum.bad + bad }), {
    total: 0,
    bad: 0,
  });
}
