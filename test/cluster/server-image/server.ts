// A model server in one file: the headers, probes and metrics of the real one, and faults on request by environment variables.
import { createServer } from 'node:http';
import type { ServerResponse } from 'node:http';

const env = process.env;
const number = (name: string, otherwise: number): number => (env[name] === undefined ? otherwise : Number(env[name]));
const errorRate = number('FAKE_ERROR_RATE', 0);
const emptyRate = number('FAKE_EMPTY_RATE', 0);
const latencyMs = number('FAKE_LATENCY_MS', 1);
const loadMs = number('FAKE_LOAD_MS', 200);
const drainMs = number('MLDEPLOY_DRAIN_SECONDS', 1) * 1000;
const revision = env.MLDEPLOY_REVISION ?? 'r0';
const edges = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

if (env.FAKE_CRASH !== undefined) {
  console.error('ValueError: the weights do not fit the architecture');
  process.exit(3);
}

let ready = false;
let draining = false;
if (env.FAKE_NEVER_READY === undefined) setTimeout(() => (ready = true), loadMs);

const startTime = Date.now() / 1000;
const counts = { ok: 0, client_error: 0, error: 0 };
const problems = { nan: 0, empty: 0 };
const buckets = edges.map(() => 0);
let observed = 0;
let seconds = 0;

function metrics(): string {
  const lines = Object.entries(counts).map(
    ([outcome, value]) => `mldeploy_requests_total{route="/predict",outcome="${outcome}"} ${value}`,
  );
  for (const [problem, value] of Object.entries(problems))
    lines.push(`mldeploy_output_problems_total{route="/predict",problem="${problem}"} ${value}`);
  edges.forEach((edge, index) =>
    lines.push(`mldeploy_request_duration_seconds_bucket{route="/predict",le="${edge}"} ${buckets[index] ?? 0}`),
  );
  lines.push(`mldeploy_request_duration_seconds_bucket{route="/predict",le="+Inf"} ${observed}`);
  lines.push(`mldeploy_request_duration_seconds_sum{route="/predict"} ${seconds}`);
  lines.push(`mldeploy_request_duration_seconds_count{route="/predict"} ${observed}`);
  lines.push(`mldeploy_process_start_time_seconds ${startTime}`);
  return `${lines.join('\n')}\n`;
}

function answer(response: ServerResponse, status: number, body: string, type = 'application/json'): void {
  if (draining) response.setHeader('connection', 'close');
  response.writeHead(status, { 'content-type': type, 'x-mldeploy-revision': revision });
  response.end(body);
}

function predict(response: ServerResponse): void {
  const started = process.hrtime.bigint();
  setTimeout(() => {
    const failed = Math.random() < errorRate;
    const empty = !failed && Math.random() < emptyRate;
    if (empty) problems.empty++;
    const took = Number(process.hrtime.bigint() - started) / 1e9;
    counts[failed ? 'error' : 'ok']++;
    edges.forEach((edge, index) => (buckets[index] = (buckets[index] ?? 0) + (took <= edge ? 1 : 0)));
    observed++;
    seconds += took;
    answer(
      response,
      failed ? 500 : 200,
      JSON.stringify(failed ? { detail: 'model failed' } : { outputs: empty ? [null] : [1], revision }),
    );
  }, latencyMs);
}

/** One line a second for so long, as a language model answers. */
function stream(response: ServerResponse, lines: number): void {
  response.writeHead(200, { 'content-type': 'text/plain', 'x-mldeploy-revision': revision });
  let sent = 0;
  const timer = setInterval(() => {
    response.write(`${revision} ${++sent}\n`);
    if (sent < lines) return;
    clearInterval(timer);
    response.end();
  }, 1000);
  response.on('close', () => clearInterval(timer));
}

const server = createServer({ keepAliveTimeout: 75_000 }, (request, response) => {
  request.resume();
  const path = (request.url ?? '/').split('?')[0];
  if (path === '/healthz') answer(response, 200, 'ok', 'text/plain');
  else if (path === '/readyz') answer(response, ready && !draining ? 200 : 503, ready ? 'ok' : 'loading', 'text/plain');
  else if (path === '/metrics') answer(response, 200, metrics(), 'text/plain; version=0.0.4');
  else if (path === '/predict') predict(response);
  else if (path === '/stream') stream(response, 20);
  else answer(response, 404, '{}');
});
server.listen(number('MLDEPLOY_PORT', 8000));

process.on('SIGTERM', () => {
  draining = true;
  // Kept-alive clients learn by `Connection: close` that they should go elsewhere; only then the listener closes.
  setTimeout(() => {
    server.close(() => process.exit(0));
    server.closeIdleConnections();
  }, drainMs);
});
