import type { Config } from '../config/config.ts';
import { serverOf } from './index.ts';
import type { MetricsPreset } from './metrics-preset.ts';
import { presets } from './presets/index.ts';

/**
 * What decides in this project: the counters of its server, or those of the preset that `rollout.metrics.preset` names.
 */
export function metricsOf(config: Config): MetricsPreset {
  const { preset, model, port, path } = config.rollout.metrics;
  const chosen = preset === 'server' ? serverOf(config).metrics(config) : presets[preset](model ?? config.name);
  return { ...chosen, port: port ?? chosen.port, path: path ?? chosen.path };
}
