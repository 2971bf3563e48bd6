import type { Config } from '../config/config.ts';
import { plural } from '../plural.ts';
import { requestsNeeded } from './analysis/plan.ts';
import type { AnalysisPlan } from './analysis/plan.ts';
import type { PlannedStep } from './plan.ts';
import type { Revision } from './state.ts';
import { isDown } from './strategy.ts';
import type { Course } from './strategy.ts';
import type { Survey } from './survey.ts';

/** What the warnings of a plan are made from. */
export interface PlanFacts {
  readonly course: Course;
  readonly steps: readonly PlannedStep[];
  readonly analysis: AnalysisPlan;
  readonly found: Survey;
  readonly stable: Revision;
  readonly stableReplicas: number;
}

/**
 * What could go wrong with a rollout beside a stable revision, or turns out differently from what was asked; one sentence or two each.
 */
export function planWarnings(config: Config, facts: PlanFacts): readonly string[] {
  const { course, steps, analysis, found, stable, stableReplicas } = facts;
  const list: string[] = [...strategyWarnings(facts)];
  if (isDown(found, stable)) {
    list.push(
      `${stable.name} has no ready pod: it serves nobody, and there is nothing to compare with.` +
        (course.strategy === 'blueGreen' && course.judged
          ? ` The new revision gets all traffic as soon as it is ready, and is judged against the slo alone. Other ways: \`--force --reason TEXT\` promotes without statistics, \`ml-deploy undo\` returns to an older revision.`
          : ''),
    );
  }
  for (const step of steps) {
    if (Math.abs(step.share - step.weight) > 0.02) {
      list.push(
        `A share of ${percent(step.weight)} is not possible with ${plural(stableReplicas, 'replica')}: the candidate gets ${percent(step.share)} (${step.candidateReplicas} of ${step.candidateReplicas + stableReplicas} pods), in expectation and per connection.`,
      );
    }
  }
  if (course.judged) {
    if (analysis.promotion === 'relative' && analysis.alone !== true) {
      list.push(
        'A step also passes when the candidate is proved better than stable, although it misses its slo (rollout.promotion: relative).',
      );
    }
    for (const metric of analysis.metrics) {
      if ((analysis.promotion === 'relative' && analysis.alone !== true) || metric.rollbackOnly === true) continue;
      list.push(
        `Each step needs at least ${plural(requestsNeeded(metric.slo, analysis.beta), 'request')} of the candidate to prove less than ${percent(metric.slo)} ${metric.title}, more if any is bad.`,
      );
    }
  }
  if (!config.rollout.watchdog.enabled) {
    list.push(
      'The watchdog is off: if this engine dies during the rollout, nobody returns the traffic to the stable revision.',
    );
  }
  return list;
}

function strategyWarnings({ course, stable }: PlanFacts): readonly string[] {
  switch (course.strategy) {
    case 'recreate':
      return [
        `This is an outage: ${stable.name} ends before the new revision starts, and nobody is served until that is ready; after a failure once more until ${stable.name} is ready again.`,
      ];
    case 'atOnce':
      return ['No statistics: all traffic moves as soon as every pod of the new revision is ready and warm.'];
    case 'blueGreen':
      return [
        'All traffic moves at once: the new revision is judged against the slo alone, because the stable one then has no traffic to compare with.',
      ];
    default:
      return [];
  }
}

function percent(share: number): string {
  return `${Number((share * 100).toFixed(share < 0.1 ? 2 : 1))} %`;
}
