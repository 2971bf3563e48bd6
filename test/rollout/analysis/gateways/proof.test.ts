import { describe, expect, test } from 'vitest';
import type { GatewayMetricsConfig } from '../../../../src/config/config.ts';
import { proveGateway } from '../../../../src/rollout/analysis/gateways/proof.ts';
import type { PrometheusClient, PromSeries } from '../../../../src/rollout/analysis/sources/prometheus/client.ts';

const stable = { namespace: 'ml', service: 'fraud-r1', backend: 'fraud-r1', revision: 'r1' };

type Labels = Readonly<Record<string, string>>;

/** Answers selectors joined by `or`, with `=`, `=~` and topk, from a list of series: as much of PromQL as is asked here. */
function serverOf(...all: readonly Labels[]): PrometheusClient {
  return {
    address: 'http://prometheus',
    now: () => Promise.resolve(100),
    knows: () => Promise.resolve(false),
    queryRange: () => Promise.resolve([]),
    query: (expression) => {
      const selectors = expression.split(' or ').map((text) => /^(?:topk\(1, )?([a-z_]*)\{(.*)\}\)?$/.exec(text));
      const chosen = all.filter((labels) =>
        selectors.some((found) => {
          if (found === null) throw new Error(`not understood: ${expression}`);
          const [, name = '', matchers = ''] = found;
          const wanted = [...matchers.matchAll(/([a-z_]+)(=~?)"([^"]*)"/g)];
          return (
            (name === '' || labels['__name__'] === name) &&
            wanted.every(([, label = '', how, value = '']) =>
              how === '=' ? labels[label] === value : new RegExp(`^(?:${value})$`).test(labels[label] ?? ''),
            )
          );
        }),
      );
      const series = (expression.startsWith('topk') ? chosen.slice(0, 1) : chosen).map((labels): PromSeries => ({
        labels,
        points: [[100, 1]],
      }));
      return Promise.resolve(series);
    },
  };
}

const traefik: GatewayMetricsConfig = { preset: 'traefik', errors: null, latency: null, match: {} };
const requests = {
  __name__: 'traefik_service_requests_total',
  service: 'ml-fraud-r1-http-80@kubernetesgateway',
  code: '200',
  job: 'traefik',
  instance: '10.0.0.1:9100',
};
const alive = { __name__: 'traefik_config_reloads_total', job: 'traefik', instance: '10.0.0.1:9100' };

function refusal(config: GatewayMetricsConfig, ...series: readonly Labels[]): Promise<Error> {
  return proveGateway(serverOf(...series), config, stable).then(
    (note) => {
      throw new Error(`not refused: ${note ?? ''}`);
    },
    (error: unknown) => error as Error,
  );
}

describe('what fits', () => {
  test('series of the stable revision', async () => {
    const replica = { ...requests, instance: '10.0.0.2:9100' };
    expect(await proveGateway(serverOf(requests, replica, { ...requests, code: '500' }), traefik, stable)).toBeNull();
  });

  test('series whose label a ServiceMonitor has renamed', async () => {
    const { service, ...rest } = requests;
    const renamed = { ...rest, service: 'traefik', exported_service: service };
    expect(await proveGateway(serverOf(renamed), traefik, stable)).toBeNull();
  });

  test('a gateway that was asked for nothing yet gives a sentence', async () => {
    const other = { ...requests, service: 'ml-staging-fraud-r1-http-80@kubernetesgateway' };
    for (const series of [[alive], [other]]) {
      expect(await proveGateway(serverOf(...series), traefik, stable)).toMatch(
        /^Traefik has counted no request to the stable revision yet/,
      );
    }
  });

  test('an edge of the histogram, as Prometheus 2 and 3 write it', async () => {
    for (const le of ['5', '5.0']) {
      const bucket = { ...requests, __name__: 'traefik_service_request_duration_seconds_bucket', le };
      const config = { ...traefik, latency: { underMs: 5000, share: 0.99 } };
      expect(await proveGateway(serverOf(requests, bucket), config, stable)).toBeNull();
    }
  });
});

describe('what does not fit', () => {
  test('a gateway that is not scraped', async () => {
    expect(await refusal(traefik)).toMatchObject({
      code: 'rollout/no-metrics',
      message:
        'rollout.metrics.gateway: http://prometheus has no series named traefik_service_requests_total at all: is it scraped?',
      hint: expect.stringContaining('addServicesLabels') as string,
    });
  });

  test('labels of another job', async () => {
    const { message } = await refusal({ ...traefik, match: { job: 'edge' } }, alive);
    expect(message).toContain('no series named traefik_service_requests_total with job="edge" at all: it has');
    expect(message).toContain('traefik_config_reloads_total{job="traefik"');
    const near = await refusal({ ...traefik, match: { job: 'edge' } }, requests);
    expect(near.message).toContain('it has traefik_service_requests_total{service="ml-fraud-r1-http-80');
  });

  test('the Service behind a route of another kind', async () => {
    const crd = { ...requests, service: 'ml-fraud-r1-80@kubernetescrd' };
    const { message } = await refusal(traefik, crd, alive);
    expect(message).toMatch(/no series of the stable revision as Traefik names it: expected .*@kubernetesgateway/);
    expect(message).toContain('service="ml-fraud-r1-80@kubernetescrd"');
  });

  test('Istio that reports the receiving side alone', async () => {
    const series = {
      __name__: 'istio_requests_total',
      reporter: 'destination',
      destination_service: 'fraud-r1.ml.svc.cluster.local',
    };
    const { message } = await refusal({ ...traefik, preset: 'istio' }, series);
    expect(message).toContain('it has istio_requests_total{reporter="destination"');
  });

  test('Envoy Gateway, which counts a whole rule', async () => {
    const series = { __name__: 'envoy_cluster_upstream_rq_xx', envoy_cluster_name: 'httproute/ml/fraud/rule/0' };
    const { message } = await refusal({ ...traefik, preset: 'envoy' }, series);
    expect(message).toContain('Envoy Gateway counts all backends of a rule as one');
  });

  test('a gateway that is scraped twice', async () => {
    const { message } = await refusal(traefik, requests, { ...requests, job: 'pods' });
    expect(message).toContain('twice (job="traefik" and "pods"), so every request would count double');
    // A ServiceMonitor adds labels of its own.
    const { service, ...rest } = requests;
    const monitored = { ...rest, job: 'edge', namespace: 'traefik', service: 'traefik', exported_service: service };
    expect((await refusal(traefik, requests, monitored)).message).toContain('twice (job="traefik" and "edge")');
  });

  test('a limit that is no edge, or no histogram at all', async () => {
    const config = { ...traefik, latency: { underMs: 250, share: 0.99 } };
    const buckets = ['0.1', '0.3', '1.2', '5.0', '+Inf'].map((le) => ({
      ...requests,
      __name__: 'traefik_service_request_duration_seconds_bucket',
      le,
    }));
    expect(await refusal(config, requests, ...buckets)).toMatchObject({
      code: 'config/latency-edge',
      message: expect.stringContaining('its edges are 100ms, 300ms, 1200ms, 5000ms') as string,
    });
    const { message } = await refusal(config, requests);
    expect(message).toContain('no traefik_service_request_duration_seconds_bucket');
  });
});
