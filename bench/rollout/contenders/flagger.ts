import { until } from '../../../test/cluster/poll.ts';
import { model, podTemplate, replicas } from '../contender.ts';
import type { Address, Contender, Ground, Outcome } from '../contender.ts';

interface CanaryStatus {
  readonly status?: {
    readonly phase?: string;
    readonly lastAppliedSpec?: string;
    readonly lastTransitionTime?: string;
  };
}

/** docs/gitbook/tutorials/gatewayapi-progressive-delivery.md of v1.36.1, without its load test: the clients are real here. */
export const flagger: Contender = {
  name: 'Flagger 1.36.1',
  settings:
    'documented Gateway API example: every 1 min, steps of 10 % to 50 %, error rate at most 1 % over 1 min, 5 failed checks',
  components: ['flagger'],
  async install(ground, version, haste): Promise<Address> {
    const { cluster, namespace } = ground;
    const gateway = cluster.addons['traefik'];
    const host = `${model}.${namespace}.test`;
    const interval = `${60 / haste}s`;
    const window = haste === 1 ? '1m' : '10s';
    const requests = (more: string): string =>
      `sum(rate(mldeploy_requests_total{namespace="{{ namespace }}",app="{{ target }}"${more}}[${window}]))`;
    await cluster.apply(
      {
        apiVersion: 'flagger.app/v1beta1',
        kind: 'MetricTemplate',
        metadata: { name: 'error-rate', namespace },
        spec: {
          provider: { type: 'prometheus', address: String(cluster.addons['prometheus']?.['url']) },
          query: `100 - ${requests(',outcome!="error"')} / ${requests('')} * 100`,
        },
      },
      {
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        metadata: { name: model, namespace },
        spec: { replicas, selector: { matchLabels: { app: model } }, template: podTemplate(ground, version, model) },
      },
      {
        apiVersion: 'flagger.app/v1beta1',
        kind: 'Canary',
        metadata: { name: model, namespace },
        spec: {
          targetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: model },
          progressDeadlineSeconds: 60,
          service: {
            port: 80,
            targetPort: 8000,
            hosts: [host],
            gatewayRefs: [{ name: String(gateway?.['gateway']), namespace: String(gateway?.['namespace']) }],
          },
          analysis: {
            interval,
            threshold: 5,
            maxWeight: 50,
            stepWeight: 10,
            metrics: [
              {
                name: 'error-rate',
                templateRef: { name: 'error-rate', namespace },
                thresholdRange: { max: 1 },
                interval: window,
              },
            ],
          },
        },
      },
    );
    await phase(ground, ['Initialized']);
    return { url: `${String(gateway?.['url'])}/predict`, headers: { host } };
  },
  async release(ground, version): Promise<Outcome> {
    const { cluster, namespace } = ground;
    const patch = [{ op: 'replace', path: '/spec/template', value: podTemplate(ground, version, model) }];
    await cluster.kubectl(['patch', 'deployment', model, '-n', namespace, '--type=json', '-p', JSON.stringify(patch)]);
    await phase(ground, ['Progressing', 'Waiting']);
    return (await phase(ground, ['Succeeded', 'Failed'])) === 'Succeeded' ? 'promoted' : 'rolled back';
  },
  end: () => Promise.resolve(),
};

function phase({ cluster, namespace }: Ground, wanted: readonly string[]): Promise<string> {
  return until(
    `Flagger: ${wanted.join(' or ')}`,
    async () => {
      const { status } = await cluster.get<CanaryStatus>('canary.flagger.app', model, '-n', namespace);
      return status?.phase !== undefined && wanted.includes(status.phase) ? status.phase : undefined;
    },
    { timeout: 40 * 60_000, every: 3000 },
  );
}
