import type { MetricsPreset } from '../metrics-preset.ts';

const routes = '/v1/(chat/completions|completions|responses|embeddings|rerank|score|classify)|/pooling';

/** Buckets of the time to the first token. */
const edgesSeconds = [
  0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10, 20, 40, 80, 160, 640, 2560,
];

/**
 * vLLM's OpenAI server. `http_requests_total` comes from prometheus-fastapi-instrumentator (route and class of status); an answer that
 * was streaming when the engine failed has status 200 and is seen by `vllm:request_success_total{finished_reason="error"}` alone.
 * Latency is the time to the first token: the time of a whole answer depends on how long it is. Names:
 * https://docs.vllm.ai/en/latest/design/metrics/, `vllm/v1/metrics/loggers.py`.
 */
export function vllm(): MetricsPreset {
  const name = 'http_requests_total';
  const where = { handler: { pattern: routes } };
  const finished = 'vllm:request_success_total';
  return {
    name: 'vllm',
    port: 8000,
    path: '/metrics',
    errors: { total: [{ name, where }], bad: [{ name, where: { ...where, status: { pattern: '5(xx|..)' } } }] },
    latency: { name: 'vllm:time_to_first_token_seconds', where: {}, unitSeconds: 1, edgesSeconds },
    guardrails: [
      {
        id: 'unfinished',
        title: 'answers that the engine ended with an error',
        counts: {
          total: [{ name: finished, where: {} }],
          bad: [{ name: finished, where: { finished_reason: ['error'] } }],
        },
      },
    ],
    startTime: null,
    limits: ['`slo.latency` is about the time to the first token.'],
  };
}
