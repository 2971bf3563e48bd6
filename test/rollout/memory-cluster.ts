import type { Config } from '../../src/config/config.ts';
import type { KubeObject, Reply, Request } from '../../src/kubernetes/api.ts';
import { kubeApi } from '../../src/kubernetes/kube-api.ts';
import { planRollout } from '../../src/rollout/plan.ts';
import { StateStore } from '../../src/rollout/state.ts';
import type { Revision, RolloutState } from '../../src/rollout/state.ts';
import { survey } from '../../src/rollout/survey.ts';
import { fastapi } from '../../src/server/fastapi/index.ts';
import { MemoryTransport } from './memory-transport.ts';
import { restState } from './rest-state.ts';

export const ref = { model: 'fraud', namespace: 'ml' };
export const image = `registry.test/fraud@sha256:${'a'.repeat(64)}`;

/** Two pods of this image and configuration, as a revision. */
export type RevisionOf = (name: string) => Revision;

/**
 * A cluster in memory where r1 of this configuration is stable and r2 lies beside it without pods; it allows everything but
 * `forbidden` (a plural).
 */
export async function memoryCluster(
  config: Config,
  change: (revision: RevisionOf) => Partial<RolloutState>,
  forbidden = '',
): Promise<MemoryTransport> {
  const transport = new MemoryTransport();
  transport.intercept = (request) => accessReviews(request, forbidden);
  transport.objects.set('/api/v1/namespaces/ml', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'ml' } });
  const api = kubeApi(transport);
  const release = { image, modelDigest: `sha256:${'0'.repeat(64)}` };
  const { template } = planRollout(config, release, fastapi, await survey(api, ref)).candidate;
  const revision = (name: string): Revision => ({
    name,
    ...release,
    template,
    deployment: `fraud-${name}`,
    replicas: 2,
  });
  for (const name of ['r1', 'r2']) {
    transport.objects.set(`/apis/apps/v1/namespaces/ml/deployments/fraud-${name}`, {
      ...object('apps/v1', 'Deployment', `fraud-${name}`, name),
      spec: { replicas: name === 'r1' ? 2 : 0, template: { spec: { containers: [{ image }] } } },
      status: name === 'r1' ? { readyReplicas: 2 } : {},
    });
  }
  transport.objects.set('/api/v1/namespaces/ml/services/fraud', {
    ...object('v1', 'Service', 'fraud', 'r1'),
    spec: { type: 'ClusterIP', selector: { app: 'fraud', revision: 'r1' }, ports: [{ port: 80, targetPort: 'http' }] },
  });
  transport.objects.set('/apis/policy/v1/namespaces/ml/poddisruptionbudgets/fraud', {
    ...object('policy/v1', 'PodDisruptionBudget', 'fraud', 'r1'),
    spec: { maxUnavailable: 1, selector: { matchLabels: { app: 'fraud', revision: 'r1' } } },
  });
  const store = await StateStore.load(api, ref);
  await store.save({
    ...restState,
    ...ref,
    epoch: 4,
    stable: revision('r1'),
    ...change(revision),
  });
  transport.writes.length = 0;
  return transport;
}

function object(apiVersion: string, kind: string, name: string, revision: string): KubeObject {
  const labels = { app: 'fraud', revision, 'app.kubernetes.io/managed-by': 'ml-deploy' };
  return {
    apiVersion,
    kind,
    metadata: { name, namespace: 'ml', labels, annotations: { 'mldeploy/epoch': '4' }, resourceVersion: '1' },
  };
}

function accessReviews(request: Request, forbidden: string): Reply | undefined {
  if (!request.path.includes('selfsubjectaccessreviews')) return undefined;
  const asked = JSON.parse(request.body ?? '') as { spec: { resourceAttributes: { resource: string } } };
  const allowed = asked.spec.resourceAttributes.resource !== forbidden;
  return { status: 201, body: JSON.stringify({ status: { allowed } }), headers: {} };
}
