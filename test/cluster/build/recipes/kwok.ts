import type { Recipe } from '../recipe.ts';

/** Fake nodes and pods, for fleets that no test machine could hold. */
export const kwok: Recipe = {
  name: 'kwok',
  version: 'v0.8.0',
  module: 'sigs.k8s.io/kwok',
  packages: { kwok: 'sigs.k8s.io/kwok/cmd/kwok' },
  files: ['kustomize/stage'],
  seconds: 150,
};
