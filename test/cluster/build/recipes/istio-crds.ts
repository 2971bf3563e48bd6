import type { Recipe } from '../recipe.ts';

/** Only the definitions of VirtualService and the like; nothing is compiled, and no mesh runs. */
export const istioCrds: Recipe = {
  name: 'istio-crds',
  version: 'v1.27.3',
  module: 'istio.io/api',
  packages: {},
  files: ['kubernetes/customresourcedefinitions.gen.yaml'],
  seconds: 5,
};
