import type { Recipe } from '../recipe.ts';

/** The controller that `bench/rollout` runs beside us. */
export const flagger: Recipe = {
  name: 'flagger',
  version: 'v1.36.1',
  module: 'github.com/fluxcd/flagger',
  packages: { flagger: 'github.com/fluxcd/flagger/cmd/flagger' },
  files: ['artifacts/flagger/crd.yaml'],
  seconds: 150,
};
