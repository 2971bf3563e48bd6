import type { PrometheusConfig } from '../../../../config/config.ts';
import type { MetricsPreset } from '../../../../server/metrics-preset.ts';
import type { PodHistory } from '../../aa-replay.ts';
import { countSamples } from '../../count.ts';
import type { CountRules } from '../../count-rules.ts';
import type { Sample } from '../../prometheus-text.ts';
import type { PodRef } from '../../readings.ts';
import type { PrometheusClient } from './client.ts';
import { metricNames, podSelector } from './selector.ts';

export interface HistoryOptions {
  readonly client: Pick<PrometheusClient, 'now' | 'queryRange'>;
  readonly config: Pick<PrometheusConfig, 'labels' | 'match'>;
  readonly preset: Pick<MetricsPreset, 'startTime'>;
  readonly rules: CountRules;
  /** How far back, and how far apart, seconds. */
  readonly range: { readonly past: number; readonly step: number };
}

/**
 * Past counters of these pods at common moments, with one range query. A moment at which a pod's counters cannot be read is left out.
 * Throws what the client throws.
 */
export async function podHistory(options: HistoryOptions, pods: readonly PodRef[]): Promise<readonly PodHistory[]> {
  const { client, config, preset, rules, range } = options;
  const names = metricNames(rules, preset.startTime);
  const declared = new Set(names);
  const end = await client.now();
  const series = await client.queryRange(podSelector(names, pods, config), {
    start: end - range.past,
    end,
    step: range.step,
  });
  return pods.map(({ name: pod }) => {
    const byTime = new Map<number, Sample[]>();
    for (const { labels, points } of series) {
      if (labels[config.labels.pod] !== pod) continue;
      const { __name__: name = '', ...rest } = labels;
      for (const [at, value] of points) {
        const samples = byTime.get(at) ?? [];
        samples.push({ name, labels: rest, value });
        byTime.set(at, samples);
      }
    }
    const samples = [...byTime]
      .sort(([a], [b]) => a - b)
      .flatMap(([at, found]) => {
        try {
          const counters = countSamples({ samples: found, declared }, rules, preset.startTime);
          return [{ atMs: at * 1000, counters }];
        } catch {
          return [];
        }
      });
    return { pod, samples };
  });
}
