import type { Recipe } from '../recipe.ts';

/** Reads and checks images of a registry. */
export const crane: Recipe = {
  name: 'crane',
  version: 'v0.22.1',
  module: 'github.com/google/go-containerregistry',
  packages: { crane: 'github.com/google/go-containerregistry/cmd/crane' },
  seconds: 60,
};
