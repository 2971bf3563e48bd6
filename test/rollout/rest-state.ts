import type { RolloutState } from '../../src/rollout/state.ts';

/** A state in which nothing runs. */
export const restState: Omit<RolloutState, 'updatedAt' | 'writer'> = {
  version: 1,
  model: 'fraud',
  namespace: 'ml',
  phase: 'done',
  progress: 'ended',
  epoch: 1,
  provider: 'replicas',
  port: 80,
  stable: null,
  candidate: null,
  previous: null,
  planHash: null,
  steps: [],
  step: -1,
  weight: 0,
  hold: null,
  scaling: null,
  analysis: null,
  reasons: [],
  history: [],
};
