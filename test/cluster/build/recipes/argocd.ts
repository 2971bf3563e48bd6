import type { Recipe } from '../recipe.ts';

/** One program, which looks at the name it was called by. 3.5 and later need a module that the proxy does not have. */
export const argocd: Recipe = {
  name: 'argocd',
  version: 'v3.2.0',
  module: 'github.com/argoproj/argo-cd/v3',
  packages: { argocd: 'github.com/argoproj/argo-cd/v3/cmd' },
  files: ['manifests/crds'],
  seconds: 300,
};
