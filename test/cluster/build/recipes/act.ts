import type { Recipe } from '../recipe.ts';

/** Runs GitHub workflows on this machine without containers: `act -P ubuntu-latest=-self-hosted`. */
export const act: Recipe = {
  name: 'act',
  version: 'v0.2.89',
  module: 'github.com/nektos/act',
  packages: { act: 'github.com/nektos/act' },
  ldflags: '-X main.version=v0.2.89',
  seconds: 40,
};
