import type { GatewayMetricsConfig, RolloutConfig } from '../../config/config.ts';
import { MlDeployError } from '../../errors.ts';
import type { LatencyHistogram, MetricsPreset, SeriesSelector } from '../../server/metrics-preset.ts';
import { gatewayErrors, gatewayLatency } from './gateways/gateway.ts';
import { gateways } from './gateways/index.ts';
import type { MetricId } from './plan.ts';

/** How one metric's events are counted from series. */
export type CountRule =
  | {
      readonly kind: 'pair';
      readonly total: readonly SeriesSelector[];
      readonly bad: readonly SeriesSelector[];
      /** Pods whose server does not know the counter are left out instead of being unreadable: older versions lack guardrails. */
      readonly optional: boolean;
    }
  | { readonly kind: 'histogram'; readonly histogram: LatencyHistogram; readonly edgeSeconds: number }
  /** PromQL with placeholders; not read from the pods' pages. */
  | {
      readonly kind: 'expression';
      readonly total: string;
      readonly bad: string;
      /** Selectors of the series behind the two, to see when they were scraped. Empty: not known, as with the user's own. */
      readonly series: readonly string[];
    };

export type CountRules = Readonly<Record<MetricId, CountRule>>;

/**
 * How each gating metric of this configuration is counted. Throws `config/latency-edge` when `slo.latency.under` is no edge of the
 * server's histogram (a count cannot be read in between), and `config/not-counted` when the server does not count what the slo names.
 */
export function countRules(
  { slo, metrics }: Pick<RolloutConfig, 'slo' | 'metrics'>,
  preset: MetricsPreset,
): CountRules {
  const rules: Record<MetricId, CountRule> = {};
  if (preset.errors !== null) rules['errors'] = { kind: 'pair', ...preset.errors, optional: false };
  if (slo.latency !== null) {
    if (preset.latency === null) throw notCounted(preset, 'rollout.slo.latency', 'has no latency histogram');
    const edgeSeconds = histogramEdge(slo.latency.underMs, preset.latency.edgesSeconds);
    rules['latency'] = { kind: 'histogram', histogram: preset.latency, edgeSeconds };
  }
  if (metrics.gateway !== null) Object.assign(rules, gatewayRules(metrics.gateway));
  for (const { name, total, bad } of metrics.custom) rules[name] = { kind: 'expression', total, bad, series: [] };
  if (Object.keys(rules).length === 0) throw notCounted(preset, 'rollout.slo', 'counts no failed requests');
  for (const { id, counts } of preset.guardrails) rules[id] = { kind: 'pair', ...counts, optional: true };
  return rules;
}

/** The rules of what the gateway counts, by metric. */
function gatewayRules(config: GatewayMetricsConfig): CountRules {
  const preset = gateways[config.preset];
  return {
    'gateway-errors': { kind: 'expression', ...gatewayErrors(preset, config.match) },
    ...(config.latency === null
      ? {}
      : { 'gateway-latency': { kind: 'expression', ...gatewayLatency(preset, config.latency.underMs, config.match) } }),
  };
}

function notCounted({ name, limits }: MetricsPreset, key: string, what: string): MlDeployError {
  return new MlDeployError({
    code: 'config/not-counted',
    kind: 'usage',
    message: `${key} cannot be judged: the server's own metrics (${name}) ${what}.${limits.map((limit) => ` ${limit}`).join('')}`,
    hint: 'Judge what it counts (docs/metrics.md lists it per server), or what a gateway counts (rollout.metrics.gateway).',
  });
}

function histogramEdge(underMs: number, edgesSeconds: readonly number[]): number {
  // Some servers have edges such as 218.586... ms, which are given here with four digits.
  const edge = edgesSeconds.find((seconds) => Math.abs(seconds * 1000 - underMs) < 1e-3 * underMs);
  if (edge !== undefined) return edge;
  const edges = edgesSeconds.map((seconds) => `${Number((seconds * 1000).toPrecision(4))}ms`);
  throw new MlDeployError({
    code: 'config/latency-edge',
    kind: 'usage',
    message: `rollout.slo.latency.under is ${underMs}ms, which is no edge of the server's latency histogram; its edges are ${edges.join(', ')}`,
    hint: `Requests are counted between the edges, so choose one of them, such as ${nearest(edges, edgesSeconds, underMs)}.`,
  });
}

function nearest(edges: readonly string[], edgesSeconds: readonly number[], underMs: number): string {
  const distances = edgesSeconds.map((seconds) => Math.abs(Math.log((seconds * 1000) / underMs)));
  return edges[distances.indexOf(Math.min(...distances))] ?? '1000ms';
}
