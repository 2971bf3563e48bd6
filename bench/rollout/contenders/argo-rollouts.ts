import { until } from '../../../test/cluster/poll.ts';
import { model, podTemplate, replicas } from '../contender.ts';
import type { Address, Contender, Ground, Outcome, Version } from '../contender.ts';

interface RolloutStatus {
  readonly metadata: { readonly generation: number };
  readonly status?: {
    readonly phase?: string;
    readonly abort?: boolean;
    readonly observedGeneration?: string;
    readonly updatedReplicas?: number;
    readonly availableReplicas?: number;
    readonly currentPodHash?: string;
    readonly stableRS?: string;
  };
}

/** docs/features/analysis.md of v1.9.1, "Background Analysis"; the query asks for the canary's pods only, which favours it. */
export const argoRollouts: Contender = {
  name: 'Argo Rollouts 1.9.1',
  settings:
    'documented background analysis: 20/40/60/80 % for 10 min each, analysis from 40 %, every 5 min, success rate >= 95 %, failureLimit 3',
  components: ['prometheus', 'argo-rollouts'],
  async install(ground, version, haste): Promise<Address> {
    const { cluster, namespace } = ground;
    const prometheus = String(cluster.addons['prometheus']?.['url']);
    const window = `${Math.max(10, 300 / haste)}s`;
    const requests = (more: string): string =>
      `sum(irate(mldeploy_requests_total{namespace="${namespace}",rollouts_pod_template_hash="{{args.hash}}"${more}}[${window}]))`;
    await cluster.apply(
      {
        apiVersion: 'argoproj.io/v1alpha1',
        kind: 'AnalysisTemplate',
        metadata: { name: 'success-rate', namespace },
        spec: {
          args: [{ name: 'hash' }],
          metrics: [
            {
              name: 'success-rate',
              interval: `${300 / haste}s`,
              successCondition: 'result[0] >= 0.95',
              failureLimit: 3,
              provider: {
                prometheus: { address: prometheus, query: `${requests(',outcome!="error"')} / ${requests('')}` },
              },
            },
          ],
        },
      },
      {
        apiVersion: 'v1',
        kind: 'Service',
        metadata: { name: model, namespace },
        spec: { selector: { app: model }, ports: [{ port: 80, targetPort: 8000 }] },
      },
      rollout(ground, version, haste),
    );
    await settled(ground);
    const service = await cluster.get<{ spec: { clusterIP: string } }>('service', model, '-n', namespace);
    return { url: `http://${service.spec.clusterIP}/predict`, headers: {} };
  },
  async release(ground, version): Promise<Outcome> {
    const { cluster, namespace } = ground;
    const patch = [{ op: 'replace', path: '/spec/template', value: podTemplate(ground, version, model) }];
    await cluster.kubectl(['patch', 'rollout', model, '-n', namespace, '--type=json', '-p', JSON.stringify(patch)]);
    return settled(ground);
  },
  end: () => Promise.resolve(),
};

function rollout(ground: Ground, version: Version, haste: number): Record<string, unknown> {
  const pause = { pause: { duration: `${600 / haste}s` } };
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Rollout',
    metadata: { name: model, namespace: ground.namespace },
    spec: {
      replicas,
      selector: { matchLabels: { app: model } },
      template: podTemplate(ground, version, model),
      strategy: {
        canary: {
          analysis: {
            templates: [{ templateName: 'success-rate' }],
            startingStep: 2,
            args: [{ name: 'hash', valueFrom: { podTemplateHashValue: 'Latest' } }],
          },
          steps: [20, 40, 60, 80].flatMap((setWeight) => [{ setWeight }, pause]),
        },
      },
    },
  };
}

function settled({ cluster, namespace }: Ground): Promise<Outcome> {
  return until(
    'Argo Rollouts',
    async () => {
      const { metadata, status } = await cluster.get<RolloutStatus>('rollout.argoproj.io', model, '-n', namespace);
      if (status?.observedGeneration !== String(metadata.generation)) return undefined;
      if (status.abort === true) return 'rolled back';
      const whole = status.availableReplicas === replicas && status.updatedReplicas === replicas;
      return status.phase === 'Healthy' && whole && status.stableRS === status.currentPodHash ? 'promoted' : undefined;
    },
    { timeout: 75 * 60_000, every: 3000 },
  );
}
