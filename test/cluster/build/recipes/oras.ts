import type { Recipe } from '../recipe.ts';

/** Reads artifacts and referrers of a registry. */
export const oras: Recipe = {
  name: 'oras',
  version: 'v1.3.6',
  module: 'oras.land/oras',
  packages: { oras: 'oras.land/oras/cmd/oras' },
  seconds: 60,
};
