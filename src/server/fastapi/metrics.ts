import type { MetricsPreset } from '../metrics-preset.ts';

const name = 'mldeploy_requests_total';
const where = { route: ['/predict'] };
const answered = [{ name, where: { ...where, outcome: ['ok', 'error'] } }];

/**
 * Metrics of the generated application (metrics.py beside this file): only POST /predict is counted. A request that the client got
 * wrong (4xx) counts as a request and never as an error; bad outputs are counted among the requests that reached the model.
 * @param port where the application listens
 * @param preset name of the preset: the server's type
 */
export function fastapiMetrics(port: number, preset = 'fastapi'): MetricsPreset {
  const problems = (problem: string) => [
    { name: 'mldeploy_output_problems_total', where: { ...where, problem: [problem] } },
  ];
  return {
    name: preset,
    port,
    path: '/metrics',
    errors: { total: [{ name, where }], bad: [{ name, where: { ...where, outcome: ['error'] } }] },
    latency: {
      name: 'mldeploy_request_duration_seconds',
      where,
      unitSeconds: 1,
      // As in metrics.py.
      edgesSeconds: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    },
    guardrails: [
      { id: 'nan', title: 'answers with NaN or infinity', counts: { total: answered, bad: problems('nan') } },
      { id: 'empty', title: 'empty answers', counts: { total: answered, bad: problems('empty') } },
    ],
    startTime: 'mldeploy_process_start_time_seconds',
    limits: [],
  };
}
