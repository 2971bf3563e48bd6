import { join } from 'node:path';
import { flagger as recipe } from '../build/recipes/flagger.ts';
import { until } from '../poll.ts';
import { keyFiles } from '../services/credentials.ts';
import type { Addon } from './addon.ts';

const port = 8096;
const prometheusPort = 9090;

/** The controller of Flagger for the Gateway API with its CRDs, for side-by-side runs. */
export const flagger: Addon = {
  name: 'flagger',
  needs: ['traefik', 'prometheus'],
  recipes: [recipe],
  seconds: 6,
  async start({ cluster, built, binInside, startService }) {
    const definitions = join(built(recipe).files, 'artifacts/flagger/crd.yaml');
    await cluster.kubectl(['apply', '--server-side', '-f', definitions]);
    await cluster.kubectl(['wait', '--for=condition=Established', '-f', definitions, '--timeout=30s']);
    const address = cluster.network.nodeAddress;
    startService({
      name: 'flagger',
      command: [
        `${binInside(recipe)}/flagger`,
        `-kubeconfig=${keyFiles.adminKubeconfig}`,
        '-mesh-provider=gatewayapi:v1',
        `-metrics-server=http://${address}:${prometheusPort}`,
        `-port=${port}`,
        '-log-level=info',
      ],
    });
    const health = `http://${address}:${port}/healthz`;
    await until('Flagger', async () => (await fetch(health)).ok, {
      hint: () => `see ${join(cluster.folder, 'logs/flagger.log')}`,
    });
    return { health };
  },
};
