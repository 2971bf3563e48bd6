import type { RolloutConfig, StepConfig } from '../config/config.ts';
import type { KubeObject } from '../kubernetes/api.ts';
import type { RolloutRequest } from './request.ts';
import type { Revision } from './state.ts';
import type { Survey } from './survey.ts';

/** How a rollout goes: what was configured, what a person asked for, or what the cluster leaves room for. */
export type Strategy = 'first' | 'canary' | 'blueGreen' | 'recreate' | 'atOnce';

/** The strategy with its steps. */
export interface Course {
  readonly strategy: Strategy;
  readonly steps: readonly StepConfig[];
  /** False: a person answers for the candidate, and only its readiness counts. */
  readonly judged: boolean;
}

/**
 * Chooses the strategy. A stable revision that serves nobody is nothing to compare with and nothing to protect: then the candidate
 * gets all traffic once it is ready. `begun` is the strategy of an unfinished rollout that goes on.
 */
export function courseOf(rollout: RolloutConfig, found: Survey, request: RolloutRequest, begun?: Strategy): Course {
  const answeredFor = request.force !== null || request.undo?.judged === false;
  const strategy = begun ?? chosen(rollout, found, answeredFor);
  if (strategy === 'first') return { strategy, steps: rollout.steps, judged: false };
  if (answeredFor) return { strategy, steps: [], judged: false };
  if (strategy === rollout.strategy) return { strategy, steps: rollout.steps, judged: true };
  return { strategy, steps: [wholeStep(rollout)], judged: true };
}

function chosen(rollout: RolloutConfig, found: Survey, answeredFor: boolean): Strategy {
  if (found.stable === null) return 'first';
  if (rollout.strategy === 'recreate') return 'recreate';
  if (answeredFor) return 'atOnce';
  return isDown(found, found.stable) ? 'blueGreen' : rollout.strategy;
}

/** All traffic, with the patience of the last configured step. */
function wholeStep({ steps }: RolloutConfig): StepConfig {
  const last = steps.at(-1);
  return { weight: 1, minTimeMs: last?.minTimeMs ?? 0, minRequests: last?.minRequests ?? 0, approval: false };
}

/** True for a revision without a single ready pod. */
export function isDown(found: Pick<Survey, 'deployments'>, revision: Revision): boolean {
  return readyPods(found.deployments.find((each) => each.metadata.name === revision.deployment) ?? null) === 0;
}

/** Ready pods as the Deployment's controller counts them; 0 when there is none. */
export function readyPods(deployment: KubeObject | null): number {
  return (deployment?.['status'] as { readyReplicas?: number } | undefined)?.readyReplicas ?? 0;
}

/** True for strategies in which the candidate has all the traffic while it is judged. */
export function isAlone(strategy: Strategy | 'unchanged'): boolean {
  return strategy === 'blueGreen' || strategy === 'recreate';
}
