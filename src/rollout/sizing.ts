import type { Config } from '../config/config.ts';
import type { Plan, PlannedStep } from './plan.ts';
import { isAlone } from './strategy.ts';
import type { Course } from './strategy.ts';
import type { TrafficProvider } from './traffic/provider.ts';

/** Pods of the candidate. */
export interface Sizes {
  /** When it serves alone. */
  readonly full: number;
  readonly steps: readonly PlannedStep[];
}

/**
 * How many pods the candidate gets beside so many of the stable revision (0: there is none), and the shares that follow.
 */
export function sizesBeside(
  config: Config,
  provider: TrafficProvider,
  { strategy, steps: wanted }: Pick<Course, 'strategy' | 'steps'>,
  stableReplicas: number,
): Sizes {
  const { replicas, autoscaling } = config.deploy;
  const full = autoscaling === null ? replicas : Math.max(stableReplicas, autoscaling.min);
  const steps = wanted.map((step) => {
    // Nothing is shared: the pods that will serve everything are there before they get anything.
    if (isAlone(strategy)) return { ...step, share: step.weight, candidateReplicas: full };
    const pods = Math.min(full, provider.candidateReplicas(step.weight, stableReplicas));
    return { ...step, share: provider.share(step.weight, pods, stableReplicas), candidateReplicas: pods };
  });
  return { full, steps };
}

/**
 * The same plan beside another number of stable pods: only sizes and shares change, so the plan's hash stays.
 */
export function resized(plan: Plan, config: Config, stableReplicas: number): Plan {
  if (plan.stable === null || plan.strategy === 'unchanged') return plan;
  const { full, steps } = sizesBeside(
    config,
    plan.provider,
    { strategy: plan.strategy, steps: plan.steps },
    stableReplicas,
  );
  return {
    ...plan,
    stable: { ...plan.stable, replicas: stableReplicas },
    candidate: { ...plan.candidate, replicas: full },
    steps,
    analysis: {
      ...plan.analysis,
      steps: plan.analysis.steps.map((step, index) => ({ ...step, weight: steps[index]?.share ?? step.weight })),
    },
  };
}
