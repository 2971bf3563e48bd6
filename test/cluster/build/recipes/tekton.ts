import type { Recipe } from '../recipe.ts';

const command = (name: string): string => `github.com/tektoncd/pipeline/cmd/${name}`;

/** Tekton Pipelines: the two servers, the three programs that run inside the pods of Tasks, and the manifests. */
export const tekton: Recipe = {
  name: 'tekton',
  version: 'v1.15.0',
  module: 'github.com/tektoncd/pipeline',
  packages: Object.fromEntries(
    ['controller', 'webhook', 'entrypoint', 'nop', 'workingdirinit'].map((name) => [name, command(name)]),
  ),
  files: ['config'],
  seconds: 160,
};
