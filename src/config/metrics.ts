import type { MetricsConfig, PrometheusConfig, RolloutConfig } from './config.ts';
import type { Metrics, Prometheus } from './generated/file.ts';
import type { Violation } from './rules.ts';
import { parseDuration } from './units.ts';

/** `rollout.metrics` with its defaults. */
export function resolveMetrics({ source }: Metrics): MetricsConfig {
  return {
    prometheus: typeof source === 'object' && source.prometheus !== undefined ? prometheus(source.prometheus) : null,
  };
}

function prometheus(file: Prometheus): PrometheusConfig {
  const { service } = file;
  return {
    url: file.url ?? null,
    service:
      service === undefined || service === null
        ? null
        : {
            namespace: service.namespace,
            name: service.name,
            port: service.port ?? 9090,
            tls: service.tls ?? false,
            path: service.path ?? '',
          },
    bearerToken: file.bearerToken ?? null,
    basicAuth: file.basicAuth ?? null,
    ca: file.ca ?? null,
    labels: { pod: file.labels?.pod ?? 'pod', namespace: file.labels?.namespace ?? 'namespace' },
    match: file.match ?? {},
    lookbackMs: parseDuration(file.lookback ?? '5m'),
  };
}

/** What the schema cannot say about `rollout.metrics`. */
export function metricsRules({ metrics }: RolloutConfig): Violation[] {
  const { prometheus } = metrics;
  if (prometheus === null) return [];
  const where = ['rollout', 'metrics', 'source', 'prometheus'];
  const violations: Violation[] = [];
  const refuse = (key: string, message: string, expected: string): void => {
    violations.push({ where: [...where, key], message, expected });
  };
  const { url, service, bearerToken, basicAuth, ca } = prometheus;
  if ((url === null) === (service === null)) {
    const message = url === null ? 'neither `url` nor `service` is set' : '`url` and `service` are both set';
    violations.push({ where, message, expected: 'one of the two' });
  }
  if (bearerToken !== null && basicAuth !== null) {
    refuse('basicAuth', '`bearerToken` is set too', 'one of the two');
  }
  if (service !== null) {
    const expected = '`url`: requests through the API server carry its own credentials and check no certificate';
    if (bearerToken !== null) refuse('bearerToken', 'it cannot be used with `service`', expected);
    if (basicAuth !== null) refuse('basicAuth', 'it cannot be used with `service`', expected);
    if (ca !== null) refuse('ca', 'it cannot be used with `service`', expected);
  }
  if (prometheus.lookbackMs < 10_000) {
    refuse('lookback', `found ${prometheus.lookbackMs}ms`, 'at least `10s`: samples of three scrapes have to fit in');
  }
  return violations;
}
