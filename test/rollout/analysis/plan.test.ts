import { expect, test } from 'vitest';
import type { RolloutConfig } from '../../../src/config/config.ts';
import { MlDeployError } from '../../../src/errors.ts';
import { planAnalysis, requestsNeeded } from '../../../src/rollout/analysis/plan.ts';
import { preset } from './preset.ts';

const rollout: RolloutConfig = {
  provider: 'auto',
  gateway: null,
  steps: [{ weight: 0.1, minTimeMs: 60_000, minRequests: 100, approval: false }],
  slo: { errors: 0.01, latency: { underMs: 250, share: 0.99 } },
  margin: 1.5,
  alpha: 0.05,
  beta: 0.05,
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
  expect(plan.metrics[1]).toMatchObject({ edgeSeconds: 0.25, title: 'requests slower than 250 ms' });
  const alone = planAnalysis({ ...rollout, slo: { errors: 0.01, latency: null } }, preset, { splitTolerance: null });
  expect(alone.metrics.map(({ id, alpha }) => [id, alpha])).toEqual([['errors', 0.05]]);
});

test('a latency limit between the edges is a configuration error that names them', () => {
  const between = { ...rollout, slo: { errors: 0.01, latency: { underMs: 300, share: 0.99 } } };
  const plan = (): unknown => planAnalysis(between, preset, { splitTolerance: null });
  expect(plan).toThrow(MlDeployError);
  expect(plan).toThrow(/300ms.*edges are 5ms, 10ms, 25ms/);
});
