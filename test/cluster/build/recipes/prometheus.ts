import type { Recipe } from '../recipe.ts';

/** Prometheus 3.1 with discovery in Kubernetes, which Debian's build lacks. Newer versions need modules that the proxy does not have. */
export const prometheus: Recipe = {
  name: 'prometheus',
  version: 'v0.301.0',
  module: 'github.com/prometheus/prometheus',
  packages: { prometheus: 'github.com/prometheus/prometheus/cmd/prometheus' },
  seconds: 180,
};
