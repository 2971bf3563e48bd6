import type { MetricsPreset } from '../metrics-preset.ts';

/**
 * Triton Inference Server. `nv_inference_request_failure` has a label `reason` since 24.01; CANCELED is the client's doing. Composing
 * models of an ensemble have series of their own, so only the named one counts. Names:
 * https://docs.nvidia.com/deeplearning/triton-inference-server/user-guide/docs/user_guide/metrics.html.
 * @param model name under which the model is served
 */
export function triton(model: string): MetricsPreset {
  const failed = { name: 'nv_inference_request_failure', where: { model: [model], reason: { except: 'CANCELED' } } };
  return {
    name: 'triton',
    port: 8002,
    path: '/metrics',
    errors: { total: [{ name: 'nv_inference_request_success', where: { model: [model] } }, failed], bad: [failed] },
    latency: null,
    guardrails: [],
    startTime: null,
    limits: [
      'An error that a Python model returns for one request (InferenceResponse with an error) is counted as a success, though it is answered with 500 (seen with 2.51); exceptions are counted.',
      'Requests that fail before they reach the model (unreadable body, wrong shape, no such model) are not counted, even when they are answered with 5xx.',
      'Triton gives the sum of latencies and no histogram of them: judge latency at the gateway.',
    ],
  };
}
