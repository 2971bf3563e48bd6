import type { MetricsPreset } from '../metrics-preset.ts';

/** Scale 10 µs, factor 1.8, 33 buckets. */
const edgesSeconds = Array.from({ length: 33 }, (_, index) => 10e-6 * 1.8 ** index);

/** Status codes that are the server's fault; INVALID_ARGUMENT, NOT_FOUND and the like are the client's. */
const faults = 'UNKNOWN|DEADLINE_EXCEEDED|RESOURCE_EXHAUSTED|ABORTED|UNIMPLEMENTED|INTERNAL|UNAVAILABLE|DATA_LOSS';

/**
 * TensorFlow Serving with `--monitoring_config_file` (`prometheus_config {enable: true}`). Names and buckets: tensorflow/serving,
 * `tensorflow_serving/servables/tensorflow/util.cc` (`/tensorflow/serving/request_count` by model and status,
 * `/tensorflow/serving/request_latency` in microseconds); its exporter turns `/` into `:`.
 * @param model name under which the model is served
 */
export function tensorflowServing(model: string): MetricsPreset {
  const name = ':tensorflow:serving:request_count';
  const where = { model_name: [model] };
  return {
    name: 'tensorflow-serving',
    port: 8501,
    path: '/monitoring/prometheus/metrics',
    errors: { total: [{ name, where }], bad: [{ name, where: { ...where, status: { pattern: faults } } }] },
    latency: { name: ':tensorflow:serving:request_latency', where, unitSeconds: 1e-6, edgesSeconds },
    guardrails: [],
    startTime: null,
    limits: ['Requests that are refused before a model is chosen (bad JSON, unknown model) are not counted.'],
  };
}
