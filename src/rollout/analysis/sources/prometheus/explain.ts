import type { ArmsReading, PodRef } from '../../readings.ts';
import { missingPods } from '../source.ts';
import type { PrometheusClient, PromSeries } from './client.ts';
import { podSelector, quoted, type PodLabels } from './selector.ts';

interface Asked {
  readonly names: readonly string[];
  readonly which: PodLabels;
}

/**
 * Why Prometheus has nothing fresh of these pods: the query, what was expected, and what is there instead (another label with the pod's
 * name, other pods, or the metric nowhere).
 */
export async function explainMissing(client: PrometheusClient, reading: ArmsReading, asked: Asked): Promise<string> {
  const { names, which } = asked;
  const { labels } = which;
  const all = [...reading.candidate, ...reading.stable];
  const missing = all.filter((each) => 'missing' in each).map(({ pod }) => pod);
  const pod = missing[0];
  if (pod === undefined) return missingPods(reading);
  const query = podSelector(
    names,
    all.map((each) => each.pod),
    which,
  );
  const expected = `expected series with ${labels.namespace}=${quoted(pod.namespace)} and ${labels.pod}=${quoted(pod.name)}`;
  const found = await findings(client, pod, asked).catch((error: unknown) =>
    error instanceof Error ? error.message : String(error),
  );
  return `${missingPods(reading)}. Asked ${client.address} for ${query}; ${expected}; ${found}`;
}

async function findings(client: PrometheusClient, pod: PodRef, { names, which: { labels } }: Asked): Promise<string> {
  const now = await client.now();
  // Raw start times and counters of anybody, to see which labels they carry.
  const series = await client.query(`{__name__=~${quoted(names.join('|'))}}`, now);
  if (series.length === 0) return `it has no series named ${names.join(', ')} at all: are the pods scraped?`;
  const theirs = series.filter(({ labels: seen }) => Object.values(seen).some((value) => isOf(value, pod)));
  const sample = theirs[0];
  if (sample === undefined) {
    return `it has such series, but none with this pod's name or address; for example ${shown(series[0])}: is the pod scraped?`;
  }
  const [label] = Object.entries(sample.labels).find(([, value]) => value === pod.name) ?? [];
  if (label !== undefined && label !== labels.pod) {
    return `the pod's series carry its name in the label ${label}: set rollout.metrics.source.prometheus.labels.pod: ${label}`;
  }
  const [space] = Object.entries(sample.labels).find(([, value]) => value === pod.namespace) ?? [];
  if (label !== undefined && sample.labels[labels.namespace] !== pod.namespace) {
    const advice =
      space === undefined
        ? 'they carry no namespace'
        : `set rollout.metrics.source.prometheus.labels.namespace: ${space}`;
    return `the pod's series carry ${labels.namespace}=${quoted(sample.labels[labels.namespace] ?? '')}: ${advice}`;
  }
  const present = new Set(theirs.map(({ labels: seen }) => seen['__name__']));
  const absent = names.filter((name) => !present.has(name));
  if (absent.length > 0) return `of this pod it has ${[...present].join(', ')}, but no ${absent.join(', ')}`;
  return `it has ${shown(sample)}`;
}

function isOf(value: string, { name, ip }: PodRef): boolean {
  return value === name || (ip !== null && (value === ip || value.startsWith(`${ip}:`)));
}

/** A series as people write it: `name{label="value"}`, with a dozen labels at most. */
export function shown(series: PromSeries | undefined): string {
  if (series === undefined) return 'nothing';
  const { __name__: name = '', ...rest } = series.labels;
  const labels = Object.entries(rest).map(([label, value]) => `${label}=${quoted(value)}`);
  return `${name}{${labels.slice(0, 12).join(',')}}`;
}
