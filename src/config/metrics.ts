import type { GatewayMetricsConfig, MetricsConfig, PrometheusConfig, RolloutConfig } from './config.ts';
import type { GatewayMetrics, Metrics, Prometheus } from './generated/file.ts';
import type { Violation } from './rules.ts';
import { parseDuration, parsePercentage } from './units.ts';

/** `rollout.metrics` with its defaults. */
export function resolveMetrics({ source, preset, model, port, path, gateway, custom }: Metrics): MetricsConfig {
  return {
    prometheus: typeof source === 'object' && source.prometheus !== undefined ? prometheus(source.prometheus) : null,
    preset: preset ?? 'server',
    model: model ?? null,
    port: port ?? null,
    path: path ?? null,
    gateway: gateway === undefined || gateway === null ? null : gatewayMetrics(gateway),
    custom: (custom ?? []).map(({ slo, ...each }) => ({ ...each, slo: parsePercentage(slo) })),
  };
}

function gatewayMetrics({ preset, errors, latency, match }: NonNullable<GatewayMetrics>): GatewayMetricsConfig {
  return {
    preset,
    errors: errors === undefined || errors === null ? null : parsePercentage(errors),
    latency:
      latency === undefined || latency === null
        ? null
        : { underMs: parseDuration(latency.under ?? '0ms'), share: parsePercentage(latency.share ?? '99%') },
    match: match ?? {},
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
export function metricsRules(rollout: RolloutConfig): Violation[] {
  const { prometheus, custom } = rollout.metrics;
  return [
    ...gatewayRules(rollout),
    ...customRules(custom, prometheus !== null),
    ...(prometheus === null ? [] : prometheusRules(prometheus)),
  ];
}

/** Which gateways stand behind the routes of a provider. */
const gatewaysOf: Readonly<Record<'gateway' | 'istio', readonly GatewayMetricsConfig['preset'][]>> = {
  gateway: ['traefik', 'istio', 'envoy'],
  istio: ['istio'],
};

function gatewayRules(rollout: RolloutConfig): Violation[] {
  const { gateway, prometheus } = rollout.metrics;
  if (gateway === null) return [];
  const violations: Violation[] = [];
  const refuse = (keys: readonly string[], message: string, expected: string): void => {
    violations.push({ where: ['rollout', 'metrics', 'gateway', ...keys], message, expected });
  };
  if (prometheus === null) {
    const expected = '`rollout.metrics.source: {prometheus: ...}`: what a gateway counts is read from a Prometheus';
    refuse([], 'the source is `pods`', expected);
  }
  const provider = routeOf(rollout);
  if (provider === null) {
    const message =
      'the provider is `replicas`: one Service gets all requests, and no gateway tells the revisions apart';
    refuse([], message, '`rollout.gateway` or `rollout.istio` beside it, or no `rollout.metrics.gateway`');
  } else if (!gatewaysOf[provider].includes(gateway.preset)) {
    const expected = gatewaysOf[provider].map((name) => `\`${name}\``).join(' or ');
    refuse(['preset'], `found \`${gateway.preset}\` with the provider \`${provider}\``, expected);
  }
  const share = 'a share above 0% and below 100%';
  const { errors, latency } = gateway;
  if (errors !== null && (errors <= 0 || errors >= 1)) refuse(['errors'], 'found no share between', share);
  if (latency?.underMs === 0) {
    refuse(['latency', 'under'], 'the limit is missing or zero', 'a duration such as `300ms`');
  }
  if (latency !== null && (latency.share <= 0 || latency.share >= 1)) {
    refuse(['latency', 'share'], 'found no share between', share);
  }
  return violations;
}

/** The provider whose route divides the traffic; null: none does. */
function routeOf({ provider, gateway, istio }: RolloutConfig): 'gateway' | 'istio' | null {
  if (provider === 'replicas') return null;
  if (provider !== 'auto') return provider;
  if (gateway !== null) return 'gateway';
  return istio === null ? null : 'istio';
}

/** Names of metrics that are there already. */
const taken = new Set(['errors', 'latency', 'gateway-errors', 'gateway-latency', 'nan', 'empty', 'unfinished']);

function customRules(custom: MetricsConfig['custom'], prometheus: boolean): Violation[] {
  const where = ['rollout', 'metrics', 'custom'];
  const violations = custom.flatMap(({ name, slo, total, bad }, index): Violation[] => {
    const refuse = (key: string, message: string, expected: string): Violation[] => [
      { where: [...where, index, key], message, expected },
    ];
    const twice = custom.findIndex((other) => other.name === name) < index;
    const unmarked = [total, bad].findIndex(
      (expression) => !/\{\{(pods|service|backend|revision)\}\}/.test(expression),
    );
    return [
      ...(twice || taken.has(name) ? refuse('name', `\`${name}\` is there already`, 'another name') : []),
      ...(slo <= 0 || slo >= 1 ? refuse('slo', 'found no share between', 'a share above 0% and below 100%') : []),
      ...(unmarked < 0
        ? []
        : refuse(
            unmarked === 0 ? 'total' : 'bad',
            'nothing in it tells the revisions apart',
            '`{{pods}}`, `{{service}}`, `{{backend}}` or `{{revision}}` in its selector',
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
