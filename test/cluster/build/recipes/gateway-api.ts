import type { Recipe } from '../recipe.ts';

/** Only the definitions of Gateway, GatewayClass and HTTPRoute; nothing is compiled. */
export const gatewayApi: Recipe = {
  name: 'gateway-api',
  version: 'v1.4.1',
  module: 'sigs.k8s.io/gateway-api',
  packages: {},
  files: ['config/crd/standard'],
  seconds: 5,
};
