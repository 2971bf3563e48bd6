import type { MetricPlan } from '../../pipeline/evidence.ts';
import { goodRatios } from './absolute.ts';
import { dispersion } from './dispersion.ts';
import { bet, logEvidence } from './e-process.ts';
import type { MetricState } from './metric.ts';
import type { AnalysisStep } from './plan.ts';
import { count, evidenceValue, percent, share } from './wording.ts';

/** "errors: candidate 31 of 302 (10.3 %) against stable ...": why the candidate is rolled back. */
export function worseReason(state: MetricState, plan: MetricPlan): string {
  const threshold = evidenceValue(plan.logRollback);
  if (plan.alone === true) {
    return (
      `${plan.metric}: ${plan.title} of the candidate ${share(state.candidate.bad, state.candidate.total)} with all the traffic ` +
      `(the stable revision has none to compare with): evidence ${evidenceValue(logEvidence(state.aboveFloor))} >= ${threshold} ` +
      `that it is above the slo of ${percent(plan.slo)}.`
    );
  }
  return (
    `${plan.metric}: ${plan.title} of the candidate ${share(state.candidate.bad, state.candidate.total)} against stable ` +
    `${share(state.stable.bad, state.stable.total)}: evidence ${evidenceValue(logEvidence(state.worse))} >= ${threshold} that it is ` +
    `more than ${plan.margin} times worse than stable, and ${evidenceValue(logEvidence(state.aboveFloor))} >= ${threshold} that it ` +
    `is above ${percent(plan.floor)}.`
  );
}

/** Why a metric lets the step pass. */
export function goodReason(state: MetricState, plan: MetricPlan): string {
  if (plan.promotion === 'relative') {
    return (
      `${stepCounts(state, plan)}: evidence ${evidenceValue(logEvidence(state.good))} >= ${evidenceValue(plan.logPromote)} ` +
      `that it is better than stable or stays below ${percent(plan.slo)}.`
    );
  }
  return (
    `${plan.metric}: ${plan.title} of the candidate ${share(state.stepCandidate.bad, state.stepCandidate.total)} in this step: ` +
    `evidence ${evidenceValue(logEvidence(state.good))} >= ${evidenceValue(plan.logPromote)} that it stays below ` +
    `${percent(plan.slo)}${incidents(state, plan)}.`
  );
}

/** What is still missing before a metric lets the step pass. */
export function openReason(state: MetricState, plan: MetricPlan, phiPrior: number): string {
  const { bad, total } = state.stepCandidate;
  if (state.candidate.total === 0) return `${plan.metric}: no request of the candidate was counted yet.`;
  if (plan.promotion === 'relative') {
    return (
      `${stepCounts(state, plan)}: evidence ${evidenceValue(logEvidence(state.good))} of ${evidenceValue(plan.logPromote)} needed ` +
      `that it is better than stable or stays below ${percent(plan.slo)}.`
    );
  }
  return (
    `${plan.metric}: ${plan.title} of the candidate ${share(bad, total)} in this step: evidence ` +
    `${evidenceValue(logEvidence(state.good))} of ${evidenceValue(plan.logPromote)} needed that it stays below ` +
    `${percent(plan.slo)}; about ${count(cleanRequestsToGo(state, plan, phiPrior))} more requests without a bad one would do` +
    `${incidents(state, plan)}.`
  );
}

function stepCounts({ stepCandidate, stepStable }: MetricState, plan: MetricPlan): string {
  return (
    `${plan.metric}: ${plan.title} of the candidate ${share(stepCandidate.bad, stepCandidate.total)} against stable ` +
    `${share(stepStable.bad, stepStable.total)} in this step`
  );
}

/** Why a metric decides nothing. */
export function brokenReason(state: MetricState, plan: MetricPlan): string {
  return `${plan.metric}: cannot be judged: ${state.broken ?? 'no counts'}.`;
}

/** What a step still waits for besides evidence; null when nothing. */
export function stepReason(step: AnalysisStep, elapsedMs: number, requests: number): string | null {
  const seconds = (ms: number): string => `${Math.floor(ms / 1000)} s`;
  const time = elapsedMs < step.minTimeMs ? [`${seconds(elapsedMs)} of ${seconds(step.minTimeMs)} minimum time`] : [];
  const served =
    requests < step.minRequests
      ? [`${count(requests)} of ${count(step.minRequests)} minimum requests of the candidate`]
      : [];
  const missing = [...time, ...served];
  return missing.length === 0 ? null : `step at ${percent(step.weight)}: ${missing.join(', ')}.`;
}

/** Findings that decide nothing, worded without changing figures so that a caller can show each once. */
export function metricWarnings(state: MetricState, plan: MetricPlan, phiPrior: number): string[] {
  const warnings: string[] = [];
  if (logEvidence(state.worse) >= plan.logRollback && logEvidence(state.aboveFloor) < plan.logRollback) {
    warnings.push(
      `${plan.metric}: the candidate is more than ${plan.margin} times worse than stable, which is tolerated because nothing shows ` +
        `that more than ${percent(plan.floor)} are affected.`,
    );
  }
  if (state.pods === 1 && state.candidate.bad + state.stable.bad > 0) {
    warnings.push(
      `${plan.metric}: each arm has one pod, so bursts cannot be told apart: dispersion is taken as ${phiPrior}.`,
    );
  }
  if (dispersion(state.dispersion, phiPrior) >= 2) {
    warnings.push(
      `${plan.metric}: bad events come in bursts or from single pods, so evidence is counted at a discount.`,
    );
  }
  return warnings;
}

function incidents({ stepIncidents }: MetricState, plan: MetricPlan): string {
  if (stepIncidents === 0) return '';
  const ticks = stepIncidents === 1 ? '1 tick was' : `${count(stepIncidents)} ticks were`;
  return ` (${ticks} left out because stable itself was above ${percent(plan.slo)})`;
}

/** How many requests without a bad one would bring the promotion evidence to its threshold. */
export function cleanRequestsToGo(state: MetricState, plan: MetricPlan, phiPrior: number): number {
  const phi = dispersion(state.dispersion, phiPrior);
  const enough = (total: number): boolean =>
    logEvidence(bet(state.good, goodRatios({ total, bad: 0 }, plan.slo), phi)) >= plan.logPromote;
  let high = 1;
  while (!enough(high)) high *= 2;
  let low = Math.floor(high / 2);
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (enough(middle)) high = middle;
    else low = middle;
  }
  return high;
}
