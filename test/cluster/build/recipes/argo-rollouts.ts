import type { Recipe } from '../recipe.ts';

/** The controller that `bench/rollout` runs beside us. 1.9.3 and later need a newer Go. */
export const argoRollouts: Recipe = {
  name: 'argo-rollouts',
  version: 'v1.9.1',
  module: 'github.com/argoproj/argo-rollouts',
  packages: { 'rollouts-controller': 'github.com/argoproj/argo-rollouts/cmd/rollouts-controller' },
  files: ['manifests/crds'],
  seconds: 300,
};
