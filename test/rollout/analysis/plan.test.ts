import { expect, test } from 'vitest';
import type { RolloutConfig } from '../../../src/config/config.ts';
import { MlDeployError } from '../../../src/errors.ts';
import { countRules } from '../../../src/rollout/analysis/count-rules.ts';
import { planAnalysis, requestsNeeded } from '../../../src/rollout/analysis/plan.ts';
import { fastapiMetrics } from '../../../src/server/fastapi/metrics.ts';
import { preset } from './preset.ts';

const rollout: RolloutConfig = {
  strategy: 'canary',
  provider: 'auto',
  gateway: null,
  istio: null,
  header: null,
  steps: [{ weight: 0.1, minTimeMs: 60_000, minRequests: 100, approval: false }],
  slo: { errors: 0.01, latency: { underMs: 250, share: 0.99 } },
  metrics: { prometheus: null, preset: 'server', model: null, port: null, path: null, gateway: null, custom: [] },
  margin: 1.5,
  alpha: 0.05,
  beta: 0.05,
  promotion: 'absolute',
  tickMs: 15_000,
  readyTimeoutMs: 1,
  stepDeadlineMs: 1,
  onInconclusive: 'hold',
  holdMs: 1,
  keepPrevious: 0,
  drainMs: 1,
  leaseMs: 1,
  watchdog: { enabled: true, image: null },
};

test('the table of requests needed', () => {
  expect([0.05, 0.02, 0.01, 0.005, 0.001].map((slo) => requestsNeeded(slo, 0.05))).toEqual([74, 187, 377, 755, 3780]);
});

test('alpha is split over the metrics, the floor is a tenth of the slo', () => {
  const plan = planAnalysis(rollout, preset, { splitTolerance: 0.05 });
  expect(plan.metrics.map(({ id, alpha }) => [id, alpha])).toEqual([
    ['errors', 0.025],
    ['latency', 0.025],
  ]);
  expect(plan.metrics[0]?.floor).toBeCloseTo(0.001);
  expect(plan.metrics[1]).toMatchObject({ id: 'latency', title: 'requests slower than 250 ms' });
  expect(countRules(rollout, preset)['latency']).toMatchObject({ kind: 'histogram', edgeSeconds: 0.25 });
  const alone = planAnalysis({ ...rollout, slo: { errors: 0.01, latency: null } }, preset, { splitTolerance: null });
  expect(alone.metrics.map(({ id, alpha }) => [id, alpha])).toEqual([['errors', 0.05]]);
});

test('a latency limit between the edges is a configuration error that names them', () => {
  const between = { ...rollout, slo: { errors: 0.01, latency: { underMs: 300, share: 0.99 } } };
  const plan = (): unknown => planAnalysis(between, preset, { splitTolerance: null });
  expect(plan).toThrow(MlDeployError);
  expect(plan).toThrow(/300ms.*edges are 5ms, 10ms, 25ms/);
});

test('guardrails share a fifth of alpha, and nothing has to be proved about them', () => {
  const plan = planAnalysis(rollout, fastapiMetrics(8000), { splitTolerance: null });
  expect(plan.metrics.map(({ id, alpha, rollbackOnly }) => [id, Number(alpha.toPrecision(6)), rollbackOnly])).toEqual([
    ['errors', 0.02, undefined],
    ['latency', 0.02, undefined],
    ['nan', 0.005, true],
    ['empty', 0.005, true],
  ]);
});

test('a server that counts no failures cannot be judged by errors alone', () => {
  const uncounted = { ...preset, name: 'other', errors: null };
  const latencyOnly = planAnalysis(rollout, uncounted, { splitTolerance: null });
  expect(latencyOnly.metrics.map(({ id }) => id)).toEqual(['latency']);
  const errorsOnly = { ...rollout, slo: { errors: 0.01, latency: null } };
  expect(() => planAnalysis(errorsOnly, uncounted, { splitTolerance: null })).toThrow(
    /other.*counts no failed requests/,
  );
});
