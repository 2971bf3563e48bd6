import { join } from 'node:path';
import { istioCrds as recipe } from '../build/recipes/istio-crds.ts';
import type { Addon } from './addon.ts';

/** Istio's kinds without Istio: what is written is checked by their schemas and read back, and nobody obeys it. */
export const istioCrds: Addon = {
  name: 'istio-crds',
  recipes: [recipe],
  seconds: 4,
  async start({ cluster, built }) {
    const definitions = join(built(recipe).files, 'kubernetes/customresourcedefinitions.gen.yaml');
    await cluster.kubectl(['apply', '--server-side', '-f', definitions]);
    const kind = 'crd/virtualservices.networking.istio.io';
    await cluster.kubectl(['wait', '--for=condition=Established', kind, '--timeout=30s']);
    return { version: recipe.version };
  },
};
