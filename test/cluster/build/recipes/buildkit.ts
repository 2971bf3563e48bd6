import type { Recipe } from '../recipe.ts';

export const buildkit: Recipe = {
  name: 'buildkit',
  version: 'v0.34.2',
  module: 'github.com/moby/buildkit',
  packages: {
    buildkitd: 'github.com/moby/buildkit/cmd/buildkitd',
    buildctl: 'github.com/moby/buildkit/cmd/buildctl',
  },
  ldflags: '-X github.com/moby/buildkit/version.Version=v0.34.2',
  seconds: 300,
};
