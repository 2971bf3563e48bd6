import type { MetricsPreset } from '../metrics-preset.ts';

/**
 * TorchServe 0.8 and later with `metrics_mode=prometheus`. `Requests5XX` counts answers of every API, so a failing probe counts as an
 * error too; `Requests2XX` counts healthy probes and is therefore not the total. Names: https://pytorch.org/serve/metrics.html.
 * @param model name under which the model is served
 */
export function torchserve(model: string): MetricsPreset {
  const failed = { name: 'Requests5XX', where: {} };
  return {
    name: 'torchserve',
    port: 8082,
    path: '/metrics',
    errors: { total: [{ name: 'ts_inference_requests_total', where: { model_name: [model] } }, failed], bad: [failed] },
    latency: null,
    guardrails: [],
    startTime: null,
    limits: [
      'TorchServe gives the sum of latencies and no histogram: judge latency at the gateway.',
      'Failed answers are counted over all models and interfaces of the pod.',
    ],
  };
}
