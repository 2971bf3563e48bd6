import type { MetricsConfig, PrometheusConfig, RolloutConfig } from './config.ts';
import type { Metrics, Prometheus } from './generated/file.ts';
import type { Violation } from './rules.ts';
import { parseDuration, parsePercentage } from './units.ts';

/** `rollout.metrics` with its defaults. */
export function resolveMetrics({ source, preset, model, port, path, custom }: Metrics): MetricsConfig {
  return {
    prometheus: typeof source === 'object' && source.prometheus !== undefined ? prometheus(source.prometheus) : null,
    preset: preset ?? 'server',
    model: model ?? null,
    port: port ?? null,
    path: path ?? null,
    custom: (custom ?? []).map(({ slo, ...each }) => ({ ...each, slo: parsePercentage(slo) })),
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
  const { prometheus, custom } = metrics;
  return [...customRules(custom, prometheus !== null), ...(prometheus === null ? [] : prometheusRules(prometheus))];
}

/** Names of metrics that are there already. */
const taken = new Set(['errors', 'latency', 'nan', 'empty', 'unfinished']);

function customRules(custom: MetricsConfig['custom'], prometheus: boolean): Violation[] {
  const where = ['rollout', 'metrics', 'custom'];
  const violations = custom.flatMap(({ name, slo, total, bad }, index): Violation[] => {
    const refuse = (key: string, message: string, expected: string): Violation[] => [
      { where: [...where, index, key], message, expected },
    ];
    const twice = custom.findIndex((other) => other.name === name) < index;
    const unmarked = [total, bad].findIndex((expression) => !/\{\{(pods|service|revision)\}\}/.test(expression));
    return [
      ...(twice || taken.has(name) ? refuse('name', `\`${name}\` is there already`, 'another name') : []),
      ...(slo <= 0 || slo >= 1 ? refuse('slo', 'found no share between', 'a share above 0% and below 100%') : []),
      ...(unmarked < 0
        ? []
        : refuse(
            unmarked === 0 ? 'total' : 'bad',
            'nothing in it tells the revisions apart',
            '`{{pods}}`, `{{service}}` or `{{revision}}` in its selector',
          )),
    ];
  });
  if (custom.length === 0 || prometheus) return violations;
  const expected = '`rollout.metrics.source: {prometheus: ...}`: expressions need a Prometheus';
  return [...violations, { where, message: 'the source is `pods`', expected }];
}

function prometheusRules(prometheus: PrometheusConfig): Violation[] {
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
