import { join } from 'node:path';
import { argoRollouts as recipe } from '../build/recipes/argo-rollouts.ts';
import { until } from '../poll.ts';
import { keyFiles } from '../services/credentials.ts';
import type { Addon } from './addon.ts';

const metricsPort = 8094;
const healthPort = 8095;

/** The controller of Argo Rollouts with its CRDs, for side-by-side runs. */
export const argoRollouts: Addon = {
  name: 'argo-rollouts',
  recipes: [recipe],
  seconds: 6,
  async start({ cluster, built, binInside, startService }) {
    const definitions = ['rollout', 'analysis-run', 'analysis-template', 'cluster-analysis-template', 'experiment'].map(
      (kind) => join(built(recipe).files, `manifests/crds/${kind}-crd.yaml`),
    );
    const files = definitions.flatMap((file) => ['-f', file]);
    await cluster.kubectl(['apply', '--server-side', ...files]);
    await cluster.kubectl(['wait', '--for=condition=Established', ...files, '--timeout=30s']);
    await cluster.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'argo-rollouts' } });
    startService({
      name: 'argo-rollouts',
      command: [
        `${binInside(recipe)}/rollouts-controller`,
        `--kubeconfig=${keyFiles.adminKubeconfig}`,
        '--namespace=argo-rollouts',
        '--leader-elect=false',
        `--metricsPort=${metricsPort}`,
        `--healthzPort=${healthPort}`,
      ],
    });
    const health = `http://${cluster.network.nodeAddress}:${healthPort}/healthz`;
    await until('Argo Rollouts', async () => (await fetch(health)).ok, {
      hint: () => `see ${join(cluster.folder, 'logs/argo-rollouts.log')}`,
    });
    return { health };
  },
};
