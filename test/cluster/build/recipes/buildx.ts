import type { Recipe } from '../recipe.ts';

/** Docker's client of BuildKit; it runs without Docker too. */
export const buildx: Recipe = {
  name: 'buildx',
  version: 'v0.38.2',
  module: 'github.com/docker/buildx',
  packages: { buildx: 'github.com/docker/buildx/cmd/buildx' },
  seconds: 400,
};
