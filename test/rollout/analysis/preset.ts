import type { MetricsConfig } from '../../../src/config/config.ts';
import { countRules, type CountRules } from '../../../src/rollout/analysis/count-rules.ts';
import type { MetricsPreset } from '../../../src/server/metrics-preset.ts';

/** A preset as the generated server has it. */
export const preset: MetricsPreset = {
  name: 'test',
  port: 8000,
  path: '/metrics',
  errors: {
    total: [{ name: 'mldeploy_requests_total', where: { route: ['/predict'] } }],
    bad: [{ name: 'mldeploy_requests_total', where: { route: ['/predict'], outcome: ['error'] } }],
  },
  latency: {
    name: 'mldeploy_request_duration_seconds',
    where: { route: ['/predict'] },
    unitSeconds: 1,
    edgesSeconds: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
  },
  guardrails: [],
  startTime: 'mldeploy_process_start_time_seconds',
  limits: [],
};

const metrics: MetricsConfig = {
  prometheus: null,
  preset: 'server',
  model: null,
  port: null,
  path: null,
  gateway: null,
  custom: [],
};

/** Errors, and requests slower than 250 ms, of that preset. */
export const rules: CountRules = countRules(
  { slo: { errors: 0.01, latency: { underMs: 250, share: 0.99 } }, metrics },
  preset,
);

/** Errors alone. */
export const errorRules: CountRules = countRules({ slo: { errors: 0.01, latency: null }, metrics }, preset);

/** A metrics page with that many requests: failed ones, and ones slower than 250 ms. */
export function page(counts: { start: number; ok: number; errors: number; slow: number }): string {
  const { start, ok, errors, slow } = counts;
  const total = ok + errors;
  return `# HELP mldeploy_requests_total Requests by outcome.
# TYPE mldeploy_requests_total counter
mldeploy_requests_total{route="/predict",outcome="ok"} ${ok}.0
mldeploy_requests_total{route="/predict",outcome="error"} ${errors}.0
mldeploy_requests_total{route="/openapi.json",outcome="ok"} 17.0
# TYPE mldeploy_request_duration_seconds histogram
mldeploy_request_duration_seconds_bucket{route="/predict",le="0.1"} ${total - slow}.0
mldeploy_request_duration_seconds_bucket{route="/predict",le="0.25"} ${total - slow}.0
mldeploy_request_duration_seconds_bucket{route="/predict",le="+Inf"} ${total}.0
mldeploy_request_duration_seconds_count{route="/predict"} ${total}.0
mldeploy_request_duration_seconds_sum{route="/predict"} 1.5
# TYPE mldeploy_process_start_time_seconds gauge
mldeploy_process_start_time_seconds ${start}
`;
}
