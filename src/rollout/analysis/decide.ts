import type { AnalysisState, GatingMetric, TickVerdict } from './analysis.ts';
import { judgeMetric, startMetric, type MetricVerdict } from './metric.ts';
import type { AnalysisPlan } from './plan.ts';
import { brokenReason, goodReason, openReason, stepReason, worseReason } from './reasons.ts';

/** Rollback as soon as one metric is worse; promotion when all that have to be proved are good and the step's time and requests are reached. */
export function decide(
  plan: AnalysisPlan,
  gating: readonly GatingMetric[],
  state: AnalysisState,
): TickVerdict['decision'] {
  let open = 0;
  let good = 0;
  for (const metric of gating) {
    const verdict = verdictOf(metric, state);
    if (verdict === 'worse') return 'rollback';
    if (metric.plan.rollbackOnly === true) continue;
    if (verdict === 'good') good += 1;
    else open += 1;
  }
  return open === 0 && good > 0 && waitsFor(plan, state) === null ? 'promote' : 'continue';
}

/** Why, one sentence per metric, for a person on call. */
export function explain(
  plan: AnalysisPlan,
  gating: readonly GatingMetric[],
  state: AnalysisState,
  decision: TickVerdict['decision'],
): readonly string[] {
  const judged = gating.map((gate) => ({
    known: state.metrics[gate.id] ?? startMetric(gate.plan),
    metric: gate.plan,
    verdict: verdictOf(gate, state),
  }));
  if (decision === 'rollback') {
    const worse = judged.filter(({ verdict }) => verdict === 'worse');
    return worse.map(({ known, metric }) => worseReason(known, metric));
  }
  const proved = judged.filter(({ metric }) => metric.rollbackOnly !== true);
  // What the step still waits for comes first: it is what a live display shows.
  const openFirst = proved.toSorted((a, b) => Number(a.verdict === 'good') - Number(b.verdict === 'good'));
  const reasons = openFirst.map(({ known, metric, verdict }) => {
    if (verdict === 'broken') return brokenReason(known, metric);
    return verdict === 'good' ? goodReason(known, metric) : openReason(known, metric, plan.phiPrior);
  });
  const waiting = waitsFor(plan, state);
  if (waiting === null) return reasons;
  return proved.every(({ verdict }) => verdict === 'good') ? [waiting, ...reasons] : [...reasons, waiting];
}

function verdictOf({ id, plan }: GatingMetric, state: AnalysisState): MetricVerdict {
  const known = state.metrics[id];
  return known === undefined ? 'open' : judgeMetric(known, plan);
}

function waitsFor(plan: AnalysisPlan, state: AnalysisState): string | null {
  const step = plan.steps[state.step];
  return step === undefined ? null : stepReason(step, state.stepElapsedMs, state.stepRequests);
}
