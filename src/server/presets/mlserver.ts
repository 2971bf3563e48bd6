import type { MetricsPreset } from '../metrics-preset.ts';

/** Inference routes as FastAPI names them; readiness, metadata and repository routes are not requests for predictions. */
const routes = String.raw`/v2/models/\{model_name\}(/versions/\{model_version\})?/infer(_stream)?|/invocations|/v2/models/[^/]+(/versions/[^/]+)?/infer(_stream)?`;

/** Default buckets of the Python client library. */
const edgesSeconds = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10];

/**
 * MLServer (Open Inference Protocol over REST), metrics at its own port. `rest_server_*` come from starlette-exporter:
 * https://mlserver.readthedocs.io/en/latest/user-guide/metrics.html.
 */
export function mlserver(): MetricsPreset {
  const name = 'rest_server_requests_total';
  const where = { path: { pattern: routes }, method: ['POST'] };
  return {
    name: 'mlserver',
    port: 8082,
    path: '/metrics',
    errors: { total: [{ name, where }], bad: [{ name, where: { ...where, status_code: { pattern: '5..' } } }] },
    latency: { name: 'rest_server_request_duration_seconds', where, unitSeconds: 1, edgesSeconds },
    guardrails: [],
    startTime: null,
    limits: [
      'Requests over gRPC are not counted.',
      "MLServer answers some of the clients' mistakes (a wrong number of features) with 500: they count as errors of both revisions.",
    ],
  };
}
