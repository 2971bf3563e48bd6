import { expect, test } from 'vitest';
import { kubeApi } from '../../src/kubernetes/kube-api.ts';
import { Fence } from '../../src/rollout/fence.ts';
import { pinScaling } from '../../src/rollout/pin.ts';
import { planRollout } from '../../src/rollout/plan.ts';
import type { Plan } from '../../src/rollout/plan.ts';
import { Record } from '../../src/rollout/record.ts';
import type { Run } from '../../src/rollout/run.ts';
import { resized } from '../../src/rollout/sizing.ts';
import type { Revision, RolloutState } from '../../src/rollout/state.ts';
import type { Survey } from '../../src/rollout/survey.ts';
import { silentReporter } from '../../src/pipeline/reporter.ts';
import { fastapi } from '../../src/server/fastapi/index.ts';
import { MemoryTransport } from './memory-transport.ts';
import { project } from './project.ts';
import { deploymentOf } from './serving.ts';

const config = project({ namespace: 'ml', deploy: ['autoscaling: {min: 2, max: 9, cpu: 80%}'] });
const image = `registry.test/fraud@sha256:${'a'.repeat(64)}`;

function stableWith(replicas: number): Revision {
  return { name: 'r1', image, modelDigest: null, template: null, deployment: 'fraud-r1', replicas };
}

function planBeside(replicas: number): Plan {
  const none = { service: null, route: null, virtualService: null, autoscaler: null, budget: null, lease: null };
  const store = { state: null } as unknown as Survey['store'];
  const ref = { model: 'fraud', namespace: 'ml' };
  const stable = stableWith(replicas);
  const found: Survey = { ref, store, ...none, deployments: [deploymentOf(stable)], stable };
  return { ...planRollout(config, { image, modelDigest: null }, fastapi, found), warnings: [] };
}

test('a plan that is resized is the plan that would have been made', () => {
  expect(resized(planBeside(2), config, 7)).toEqual(planBeside(7));
  expect(planBeside(7).candidate.replicas).toBe(7);
  expect(planBeside(7).steps[0]?.share).not.toBe(planBeside(2).steps[0]?.share);
});

/** Pins while the Deployment has so many pods; the plan was made beside two. */
async function pinned(scaling: RolloutState['scaling'], replicas: number) {
  const transport = new MemoryTransport();
  const api = kubeApi(transport);
  const object = (apiVersion: string, kind: string, spec: object) => ({
    apiVersion,
    kind,
    metadata: { name: 'fraud', namespace: 'ml', annotations: { 'mldeploy/epoch': '7' } },
    spec,
  });
  transport.objects.set(
    '/apis/apps/v1/namespaces/ml/deployments/fraud-r1',
    object('apps/v1', 'Deployment', { replicas }),
  );
  const hpa = '/apis/autoscaling/v2/namespaces/ml/horizontalpodautoscalers/fraud';
  const bounds = { scaleTargetRef: { name: 'fraud-r1' }, minReplicas: 2, maxReplicas: 9 };
  transport.objects.set(hpa, object('autoscaling/v2', 'HorizontalPodAutoscaler', bounds));
  const updates: Partial<RolloutState>[] = [];
  const store = { state: { scaling }, update: (change: Partial<RolloutState>) => updates.push(change) };
  const run = {
    api,
    config,
    fence: new Fence(api, 'ml', 7),
    store,
    record: new Record(silentReporter),
    plan: planBeside(2),
  } as unknown as Run;
  const stable = await pinScaling(run, stableWith(2));
  return { run, stable, updates, autoscaler: transport.objects.get(hpa)?.['spec'] };
}

test('the autoscaler is pinned to what the stable revision has now, and sizes follow', async () => {
  const { run, stable, updates, autoscaler } = await pinned({ min: 2, max: 9 }, 7);
  expect(stable.replicas).toBe(7);
  expect(autoscaler).toMatchObject({ minReplicas: 7, maxReplicas: 7 });
  expect(run.plan).toEqual(planBeside(7));
  expect(updates).toEqual([{ stable: stableWith(7), candidate: run.plan.candidate }]);
});

test('without an autoscaler nothing is pinned', async () => {
  const { run, updates, autoscaler } = await pinned(null, 7);
  expect(autoscaler).toMatchObject({ minReplicas: 2, maxReplicas: 9 });
  expect(run.plan).toEqual(planBeside(2));
  expect(updates).toEqual([]);
});
