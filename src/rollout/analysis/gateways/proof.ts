import type { GatewayMetricsConfig } from '../../../config/config.ts';
import { MlDeployError } from '../../../errors.ts';
import type { PrometheusClient, PromSeries } from '../sources/prometheus/client.ts';
import { filled, type ArmNames } from '../sources/prometheus/custom.ts';
import { shown } from '../sources/prometheus/explain.ts';
import { quoted } from '../sources/prometheus/selector.ts';
import { gatewaySelectors, type GatewayPreset } from './gateway.ts';
import { gateways } from './index.ts';

type Asks = Pick<PrometheusClient, 'address' | 'now' | 'query'>;

/** Labels that only say who scraped it. `instance` is none of them: each instance of a gateway counts its own requests. */
const scrapeLabels = new Set(['job', 'endpoint', 'prometheus', 'prometheus_replica', 'replica']);

/**
 * Looks whether Prometheus has what the gateway counts of the stable revision, before anything is created. Nothing at all is no error
 * as long as the gateway is scraped, because it gives no series before the first request: then a sentence for people is returned, else
 * null. Throws `rollout/no-metrics` when the gateway is not scraped, names the revision in another way, does not tell revisions apart, or
 * is scraped twice; `config/latency-edge` when its histogram has no such edge; and what the client throws.
 */
export async function proveGateway(
  client: Asks,
  config: GatewayMetricsConfig,
  stable: ArmNames,
): Promise<string | null> {
  const preset = gateways[config.preset];
  const at = await client.now();
  const ask = (selectors: readonly string[]): Promise<readonly PromSeries[]> =>
    client.query(selectors.map((text) => filled(text, '', stable)).join(' or '), at);
  const series = await ask(gatewaySelectors(preset, preset.requests, config.match));
  if (series.length === 0) return explainNothing(client.address, ask, config, stable);
  const twice = scrapedTwice(series);
  if (twice !== null) {
    throw unfit(
      `${client.address} has every series of ${preset.title} twice (${twice}), so every request would count double`,
      'Name the labels of one of them in rollout.metrics.gateway.match.',
    );
  }
  if (config.latency !== null) {
    const buckets = await ask(gatewaySelectors(preset, `${preset.latency.name}_bucket`, config.match));
    requireEdge(preset, config.latency.underMs, buckets, client.address);
  }
  return null;
}

/** Why the gateway counted nothing of the stable revision. */
async function explainNothing(
  address: string,
  ask: (selectors: readonly string[]) => Promise<readonly PromSeries[]>,
  { preset: name, match }: GatewayMetricsConfig,
  stable: ArmNames,
): Promise<string> {
  const preset = gateways[name];
  const { title, requests } = preset;
  const expected = gatewaySelectors(preset, requests, match)
    .map((text) => filled(text, '', stable))
    .join(' or ');
  const [other] = await ask(preset.labels.map((label) => `${requests}{${label}=~${quoted(anyForm)}}`));
  if (other !== undefined) {
    throw unfit(
      `${address} has no series of the stable revision as ${title} names it: expected ${expected}; it has ${shown(other)}`,
      'The route of another kind of gateway, or rollout.metrics.gateway.match? docs/metrics.md says which series are read.',
    );
  }
  const [merged] = preset.merged === null ? [] : await ask([`${requests}{${preset.merged.matcher}}`]);
  if (merged !== undefined) {
    throw unfit(
      `${address} has ${shown(merged)}: ${preset.merged?.why ?? ''}`,
      'Take rollout.metrics.gateway out of mldeploy.yaml.',
    );
  }
  const names = `__name__=~${quoted([requests, ...preset.alive].join('|'))}`;
  const labels = Object.entries(match).map(([label, value]) => `${label}=${quoted(value)}`);
  const alive = await ask([`topk(1, {${[names, ...labels].join(',')}})`]);
  if (alive.length > 0) {
    return `${title} has counted no request to the stable revision yet (${expected}): without traffic through it no step passes.`;
  }
  const [unmatched] = labels.length === 0 ? [] : await ask([`topk(1, {${names}})`]);
  const found = unmatched === undefined ? 'is it scraped?' : `it has ${shown(unmatched)}`;
  throw unfit(
    `${address} has no series named ${requests}${labels.length === 0 ? '' : ` with ${labels.join(', ')}`} at all: ${found}`,
    `Scrape it: ${preset.setup}.`,
  );
}

/** Namespace and Service side by side, whatever stands around them. */
const anyForm = '(.*[^-a-z0-9])?({{namespace}}[^a-z0-9]+{{backend}}|{{backend}}[^a-z0-9]+{{namespace}})([^a-z0-9].*)?';

/** Two scrapes of one instance, as text; null when each has one. Other labels tell nothing: each scrape may add its own. */
function scrapedTwice(series: readonly PromSeries[]): string | null {
  const seen = new Map<string, PromSeries>();
  for (const each of series) {
    const instance = each.labels['instance'] ?? '';
    const other = seen.get(instance);
    if (other === undefined) seen.set(instance, each);
    else if (differing(other, each) !== '') return differing(other, each);
  }
  return null;
}

function differing(a: PromSeries, b: PromSeries): string {
  const labels = [...scrapeLabels].filter((label) => a.labels[label] !== b.labels[label]);
  return labels.map((label) => `${label}="${a.labels[label] ?? ''}" and "${b.labels[label] ?? ''}"`).join(', ');
}

function requireEdge(preset: GatewayPreset, underMs: number, buckets: readonly PromSeries[], address: string): void {
  const { name, unitMs } = preset.latency;
  const edges = [...new Set(buckets.map(({ labels }) => Number(labels['le'] ?? NaN) * unitMs))]
    .filter((edge) => Number.isFinite(edge))
    .sort((a, b) => a - b)
    .map((edge) => Number(edge.toPrecision(6)));
  if (edges.includes(underMs)) return;
  if (edges.length === 0) {
    throw unfit(
      `${address} has requests of ${preset.title} but no ${name}_bucket`,
      `${preset.title} has to give its histogram.`,
    );
  }
  throw new MlDeployError({
    code: 'config/latency-edge',
    kind: 'usage',
    message: `rollout.metrics.gateway.latency.under is ${underMs}ms, which is no edge of ${preset.title}'s histogram; its edges are ${edges.map((edge) => `${edge}ms`).join(', ')}`,
    hint: 'Requests are counted between the edges: choose one of them, or give the gateway other buckets.',
  });
}

function unfit(what: string, hint: string): MlDeployError {
  return new MlDeployError({
    code: 'rollout/no-metrics',
    kind: 'infrastructure',
    message: `rollout.metrics.gateway: ${what}${what.endsWith('?') ? '' : '.'}`,
    hint,
  });
}
