import type { MetricsPreset } from '../metrics-preset.ts';

/** Default buckets of the Python client library. */
const edgesSeconds = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10];

/**
 * Servers made with the Python package `kserve`. There is no counter of failures, so latency of the step `predict` is all that gates:
 * https://kserve.github.io/website/docs/model-serving/predictive-inference/observability/prometheus-metrics.
 * @param model name under which the model is served
 */
export function kserve(model: string): MetricsPreset {
  return {
    name: 'kserve',
    port: 8080,
    path: '/metrics',
    errors: null,
    latency: { name: 'request_predict_seconds', where: { model_name: [model] }, unitSeconds: 1, edgesSeconds },
    guardrails: [],
    startTime: null,
    limits: [
      'KServe counts no failed requests: rollout.slo.latency gates (time in predict), and errors have to be counted at the gateway (rollout.metrics.gateway).',
    ],
  };
}
