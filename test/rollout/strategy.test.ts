import { expect, test } from 'vitest';
import { createAnalysis } from '../../src/rollout/analysis/analysis.ts';
import { planRollout } from '../../src/rollout/plan.ts';
import type { Plan, PlanOptions } from '../../src/rollout/plan.ts';
import type { RolloutRequest } from '../../src/rollout/request.ts';
import { peakPods } from '../../src/rollout/stage.ts';
import type { Revision } from '../../src/rollout/state.ts';
import type { Survey } from '../../src/rollout/survey.ts';
import { fastapi } from '../../src/server/fastapi/index.ts';
import { project } from './project.ts';
import { deploymentOf } from './serving.ts';

const image = `registry.test/fraud@sha256:${'a'.repeat(64)}`;
const stable: Revision = {
  name: 'r1',
  image,
  modelDigest: null,
  template: null,
  deployment: 'fraud-r1',
  replicas: 2,
};

function planned(rollout: Readonly<Record<string, string>>, options: PlanOptions = {}, ready = 2): Plan {
  const found = {
    ref: { model: 'fraud', namespace: 'ml' },
    store: { state: null },
    service: null,
    route: null,
    virtualService: null,
    autoscaler: null,
    budget: null,
    lease: null,
    deployments: [deploymentOf(stable, ready)],
    stable,
  } as unknown as Survey;
  return planRollout(project({ namespace: 'ml', rollout }), { image, modelDigest: null }, fastapi, found, options);
}

const force: RolloutRequest = { force: { reason: 'r1 fails', by: 'ann' }, retry: false, undo: null };

test('blueGreen: every pod before any traffic, then all of it; recreate: only all of it', () => {
  const shape = (plan: Plan): unknown => plan.steps.map((step) => [step.share, step.candidateReplicas, step.approval]);
  const blueGreen = planned({ strategy: 'blueGreen', blueGreen: '{approval: true}' });
  expect(blueGreen).toMatchObject({
    strategy: 'blueGreen',
    judged: true,
    analysis: { alone: true, splitTolerance: null },
  });
  expect(shape(blueGreen)).toEqual([
    [0, 2, true],
    [1, 2, false],
  ]);
  const recreate = planned({ strategy: 'recreate' });
  expect(shape(recreate)).toEqual([[1, 2, false]]);
  expect([peakPods(blueGreen), peakPods(recreate)]).toEqual([2, 0]);
  expect(recreate.warnings.join(' ')).toMatch(/This is an outage: r1 ends before/);
  expect(new Set([blueGreen.hash, recreate.hash, planned({}).hash]).size).toBe(3);
});

test('a forced release is not judged; where there is no room it still has to make it', () => {
  expect(planned({}, { request: force })).toMatchObject({ strategy: 'atOnce', judged: false, steps: [] });
  expect(planned({ strategy: 'recreate' }, { request: force })).toMatchObject({ strategy: 'recreate', judged: false });
});

test('a stable revision without a ready pod blocks nothing: the plan says so and names the ways', () => {
  const plan = planned({}, {}, 0);
  expect(plan).toMatchObject({ strategy: 'blueGreen', judged: true });
  expect(plan.steps.map((step) => step.share)).toEqual([1]);
  expect(plan.warnings.join(' ')).toMatch(/r1 has no ready pod.*--force --reason.*ml-deploy undo/);
  // What was begun goes on as it was begun, whoever is ready by then.
  expect(planned({}, { strategy: 'blueGreen' }).hash).toBe(plan.hash);
});

test('alone, a candidate is rolled back by its slo, and never by one burst', () => {
  const { analysis } = planned({ strategy: 'blueGreen' });
  const judge = createAnalysis(analysis);
  judge.startStep(1, 1);
  const tick = (total: number, bad: number): string =>
    judge.tick({
      at: '2026-01-01T00:00:00Z',
      elapsedMs: 5000,
      weight: 1,
      deltas: { errors: { candidate: [{ pod: 'a', total, bad }], stable: [] } },
    }).decision;
  expect(tick(200, 60)).toBe('continue');
  expect(tick(200, 60)).toBe('rollback');
  const good = createAnalysis(analysis);
  good.startStep(1, 1);
  const passes = good.tick({
    at: '2026-01-01T00:00:00Z',
    elapsedMs: 5000,
    weight: 1,
    deltas: { errors: { candidate: [{ pod: 'a', total: 300, bad: 1 }], stable: [] } },
  });
  expect(passes.decision).toBe('promote');
});
