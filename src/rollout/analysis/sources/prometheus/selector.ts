import type { PrometheusConfig } from '../../../../config/config.ts';
import type { CountRules } from '../../count-rules.ts';
import type { PodRef } from '../../readings.ts';

/** What says which series are a pod's. */
export type PodLabels = Pick<PrometheusConfig, 'labels' | 'match'>;

/**
 * Names of all series that the rules read, sorted.
 */
export function metricNames(rules: CountRules, startTime: string | null): readonly string[] {
  const names = Object.values(rules).flatMap((rule) => {
    if (rule.kind === 'expression') return [];
    if (rule.kind === 'histogram') return [`${rule.histogram.name}_bucket`];
    return [...rule.total, ...rule.bad].map(({ name }) => name);
  });
  return [...new Set(startTime === null ? names : [...names, startTime])].sort();
}

/**
 * `{__name__=~"...",namespace="ml",pod=~"fraud-r3-7d9f-[^-]+|..."}`: one selector for the pods of both arms, short however many they are.
 */
export function podSelector(names: readonly string[], pods: readonly PodRef[], which: PodLabels): string {
  return `{__name__=~${quoted(names.join('|'))},${podMatchers(pods, which)}}`;
}

/**
 * The matchers for these pods, without braces: what `{{pods}}` stands for.
 */
export function podMatchers(pods: readonly PodRef[], which: PodLabels): string {
  const namespaces = [...new Set(pods.map(({ namespace }) => namespace))].sort();
  // A Deployment's pods differ in the last part of their names only.
  const patterns = [...new Set(pods.map(({ name }) => escaped(name).replace(/-[a-z0-9]+$/, '-[^-]+')))].sort();
  const { labels, match } = which;
  return [
    `${labels.namespace}=~${quoted(namespaces.map(escaped).join('|'))}`,
    `${labels.pod}=~${quoted(patterns.join('|'))}`,
    ...Object.entries(match).map(([label, value]) => `${label}=${quoted(value)}`),
  ].join(',');
}

function escaped(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
}

/** A string of PromQL. */
export function quoted(text: string): string {
  return `"${text.replaceAll(/[\\"]/g, String.raw`\$&`)}"`;
}
