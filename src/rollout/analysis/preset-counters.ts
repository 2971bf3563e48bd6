import { MlDeployError } from '../../errors.ts';
import type { MetricsPreset } from '../../server/server.ts';
import type { MetricSpec } from './plan.ts';
import { parseExposition, type Exposition, type Sample } from './prometheus-text.ts';
import type { Count, PodCounters } from './readings.ts';

type Labels = Readonly<Record<string, readonly string[]>>;

/**
 * Reads a pod's counters from its metrics page. A counter without any series yet is zero; a page that does not know the metric at all
 * is an error (`metrics/missing`), as is a value that cannot be a count.
 */
export function readCounters(text: string, preset: MetricsPreset, metrics: readonly MetricSpec[]): PodCounters {
  const page = parseExposition(text);
  const startTime = page.samples.find(({ name }) => name === preset.startTime)?.value;
  if (startTime === undefined) throw missing(preset.startTime);
  const counts: PodCounters['counts'] = Object.fromEntries(
    metrics.map((metric) => [
      metric.id,
      metric.edgeSeconds === undefined ? errorCount(page, preset) : slowCount(page, preset, metric.edgeSeconds),
    ]),
  );
  return { startTime, counts };
}

function errorCount(page: Exposition, { requests }: MetricsPreset): Count {
  const counted = series(page, requests.name, requests.where);
  const bad = counted.filter(({ labels }) => matches(labels, requests.errors));
  return { total: sum(counted), bad: sum(bad) };
}

function slowCount(page: Exposition, { latency }: MetricsPreset, edgeSeconds: number): Count {
  const buckets = series(page, `${latency.name}_bucket`, latency.where, latency.name);
  const upTo = (edge: number): number => sum(buckets.filter(({ labels }) => edgeOf(labels) === edge));
  const total = upTo(Infinity);
  if (total > 0 && !buckets.some(({ labels }) => edgeOf(labels) === edgeSeconds)) {
    throw missing(`${latency.name}_bucket{le="${edgeSeconds}"}`);
  }
  return { total, bad: total - upTo(edgeSeconds) };
}

function edgeOf(labels: Readonly<Record<string, string>>): number {
  return labels['le'] === '+Inf' ? Infinity : Number(labels['le'] ?? NaN);
}

function series(page: Exposition, name: string, where: Labels, type = name): Sample[] {
  const named = page.samples.filter((sample) => sample.name === name);
  // OpenMetrics declares a counter without its `_total`.
  const declared = page.types.has(type) || page.types.has(type.replace(/_total$/, ''));
  if (named.length === 0 && !declared) throw missing(name);
  return named.filter(({ labels }) => matches(labels, where));
}

function matches(labels: Readonly<Record<string, string>>, where: Labels): boolean {
  return Object.entries(where).every(([label, allowed]) => allowed.includes(labels[label] ?? ''));
}

function sum(samples: readonly Sample[]): number {
  const total = samples.reduce((running, { value }) => running + value, 0);
  if (Number.isSafeInteger(total) && total >= 0) return total;
  throw new MlDeployError({
    code: 'metrics/unreadable',
    kind: 'infrastructure',
    message: `the metrics page gives ${samples[0]?.name ?? 'a counter'} as ${total}, which is not a count`,
  });
}

function missing(name: string): MlDeployError {
  return new MlDeployError({
    code: 'metrics/missing',
    kind: 'infrastructure',
    message: `the metrics page has no ${name}`,
    hint: 'Check that the pod runs the server that mldeploy.yaml names, and the path and port of its metrics.',
  });
}
