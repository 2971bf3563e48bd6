import type { RevisionFacts, RolloutEvidence } from '../pipeline/evidence.ts';
import { metricPlan } from './analysis/plan.ts';
import { thresholdRules } from './analysis/threshold-rule.ts';
import type { Plan } from './plan.ts';
import type { Record } from './record.ts';
import type { Ending } from './run.ts';
import type { Revision } from './state.ts';

/** What the evidence needs besides plan and ending. */
export interface EvidenceFacts {
  readonly environment: string | null;
  readonly engine: string;
  readonly host: string;
  readonly startedAt: string;
  readonly apiRequests: number;
}

/**
 * The evidence document of a rollout.
 */
export function rolloutEvidence(plan: Plan, ending: Ending, record: Record, facts: EvidenceFacts): RolloutEvidence {
  const metrics = plan.analysis.metrics.map((spec) => metricPlan(spec, plan.analysis));
  const { timeline, ticks } = record;
  return {
    schema: 'https://ml-deploy.dev/schema/rollout-evidence-v1.json',
    stage: 'rollout',
    project: plan.ref.model,
    environment: facts.environment,
    outcome: ending.outcome,
    summary: ending.summary,
    model: plan.ref.model,
    namespace: plan.ref.namespace,
    strategy: plan.strategy === 'unchanged' ? 'canary' : plan.strategy,
    provider: plan.provider.name,
    stable: plan.stable === null ? null : factsOf(plan.stable),
    candidate: factsOf(plan.strategy === 'unchanged' && plan.stable !== null ? plan.stable : plan.candidate),
    // A first revision has nothing to share the traffic with.
    steps: plan.strategy === 'first' ? [] : plan.steps.map((step) => step.share),
    metrics,
    decision: ending.decision,
    ...(plan.request.force === null ? {} : { forced: plan.request.force }),
    ...(plan.request.retry ? { retried: true } : {}),
    reasons: ending.reasons,
    volatile: {
      startedAt: facts.startedAt,
      endedAt: new Date().toISOString(),
      engine: facts.engine,
      host: facts.host,
      timeline,
      ticks,
      totals: record.totals,
      apiRequests: facts.apiRequests,
      thresholdRules: thresholdRules({ metrics, ticks, timeline, ...ending }),
      diagnosis: ending.diagnosis,
    },
  };
}

/**
 * The ending of a release that is already stable; what had to be set around it is named.
 */
export function unchangedEnding(plan: Plan): Ending {
  const serves = `${plan.stable?.name ?? ''} already serves this image`;
  const summary =
    plan.settles.length === 0
      ? `${serves} with this configuration; nothing to do.`
      : `${serves}; set without a canary: ${plan.settles.join('; ')}.`;
  return { outcome: 'passed', decision: 'none', summary, reasons: [summary], diagnosis: [] };
}

function factsOf(revision: Revision): RevisionFacts {
  return { name: revision.name, image: revision.image, modelDigest: revision.modelDigest };
}
