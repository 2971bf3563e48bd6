import type { Recipe } from '../recipe.ts';

/** A proxy that implements the Gateway API. 3.7 and later need modules that the proxy does not have. */
export const traefik: Recipe = {
  name: 'traefik',
  version: 'v3.6.12',
  module: 'github.com/traefik/traefik/v3',
  packages: { traefik: 'github.com/traefik/traefik/v3/cmd/traefik' },
  ldflags: '-X github.com/traefik/traefik/v3/pkg/version.Version=v3.6.12',
  seconds: 270,
};
