import type { Recipe } from '../recipe.ts';

/** Checks GitHub workflows: `actionlint FILE...`. */
export const actionlint: Recipe = {
  name: 'actionlint',
  version: 'v1.7.7',
  module: 'github.com/rhysd/actionlint',
  packages: { actionlint: 'github.com/rhysd/actionlint/cmd/actionlint' },
  ldflags: '',
  seconds: 30,
};
