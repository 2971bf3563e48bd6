import type { KubeObject } from '../../src/kubernetes/api.ts';
import type { Revision } from '../../src/rollout/state.ts';

/**
 * The Deployment of a revision as the cluster shows it while it serves, or with `ready: 0` while it does not.
 */
export function deploymentOf(revision: Revision, ready = revision.replicas): KubeObject {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: {
      name: revision.deployment,
      namespace: 'ml',
      labels: { app: 'fraud', revision: revision.name, 'app.kubernetes.io/managed-by': 'ml-deploy' },
    },
    spec: { replicas: revision.replicas },
    status: ready === 0 ? {} : { readyReplicas: ready },
  };
}
