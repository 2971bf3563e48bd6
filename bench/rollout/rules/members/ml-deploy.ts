import { parseConfig } from '../../../../src/config/load.ts';
import { createAnalysis } from '../../../../src/rollout/analysis/analysis.ts';
import { planAnalysis } from '../../../../src/rollout/analysis/plan.ts';
import type { AnalysisPlan } from '../../../../src/rollout/analysis/plan.ts';
import { fastapiMetrics } from '../../../../src/server/fastapi/metrics.ts';
import { tickMs } from '../rule.ts';
import type { Rule } from '../rule.ts';

const file = (latency: boolean): string => `version: 1
name: fraud
model: {path: model/}
server: {type: fastapi}
image: {repository: registry.test/fraud}
deploy: {namespace: ml, replicas: 5}
${latency ? 'rollout: {slo: {latency: {under: 500ms, share: 99%}}}' : ''}
`;

interface Planned {
  readonly plan: AnalysisPlan;
  readonly deadlineMs: number;
}

function planned(latency: boolean): Planned {
  const { rollout } = parseConfig(file(latency), 'mldeploy.yaml', null);
  if (rollout.tickMs !== tickMs || rollout.onInconclusive !== 'hold') throw new Error('the defaults have changed');
  // Requests are split exactly here, so that a miss of the split is nothing to look for.
  const plan = planAnalysis(rollout, fastapiMetrics(8000), { splitTolerance: null });
  return { plan, deadlineMs: rollout.stepDeadlineMs };
}

const plans = { errors: planned(false), latency: planned(true) };

/** The decision code of this repository with the defaults of its configuration. */
export const mlDeploy: Rule = {
  name: 'ml-deploy',
  settings:
    'defaults: steps 10 % and 50 %, error slo 1 %, margin 1.5, alpha = beta = 5 %, at least 1 min and 100 requests a step, a step ' +
    'without a verdict after 1 h is held',
  start: (latency) => {
    const { plan, deadlineMs } = latency ? plans.latency : plans.errors;
    const analysis = createAnalysis(plan);
    let step = 0;
    let elapsedMs = 0;
    const weight = (): number => plan.steps[step]?.weight ?? 1;
    analysis.startStep(step, weight());
    return {
      weight,
      tick: (counts) => {
        elapsedMs += tickMs;
        const { decision } = analysis.tick({ at: '', weight: weight(), elapsedMs: tickMs, deltas: { ...counts } });
        if (decision === 'rollback') return 'roll back';
        if (decision === 'continue') return elapsedMs >= deadlineMs ? 'hold' : 'go on';
        step += 1;
        elapsedMs = 0;
        if (step === plan.steps.length) return 'promote';
        analysis.startStep(step, weight());
        return 'go on';
      },
    };
  },
};
