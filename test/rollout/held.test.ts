import { expect, test } from 'vitest';
import type { Config } from '../../src/config/config.ts';
import { kubeApi } from '../../src/kubernetes/kube-api.ts';
import { silentReporter } from '../../src/pipeline/reporter.ts';
import { begin } from '../../src/rollout/begin.ts';
import { promote, resume } from '../../src/rollout/commands/resume.ts';
import { footing, isFirm } from '../../src/rollout/footing.ts';
import { planRollout } from '../../src/rollout/plan.ts';
import { Record } from '../../src/rollout/record.ts';
import { rollOut } from '../../src/rollout/stage.ts';
import { StateStore } from '../../src/rollout/state.ts';
import { survey } from '../../src/rollout/survey.ts';
import { fastapi } from '../../src/server/fastapi/index.ts';
import { image, memoryCluster, ref } from './memory-cluster.ts';
import type { MemoryTransport } from './memory-transport.ts';
import { accessTo, contextFor, project } from './project.ts';

const access = accessTo({ kubeconfigPath: '/nowhere' });

/** r1 is stable, r2 is held until then. */
function held(config: Config, until: string, forbidden = ''): Promise<MemoryTransport> {
  const hold = { reason: 'approval', step: 0, until };
  return memoryCluster(config, (revision) => ({ phase: 'held', candidate: revision('r2'), hold, step: 0 }), forbidden);
}

const future = '2999-01-01T00:00:00Z';
const past = '2001-01-01T00:00:00Z';

test.each([
  ['promote', promote],
  ['resume', resume],
])('%s without an engine image for the watchdog leaves the hold as it is', async (_, command) => {
  const config = project({ namespace: 'ml', rollout: { watchdog: 'on' } });
  const transport = await held(config, future);
  const context = contextFor(config, access, image);
  await expect(command(context, kubeApi(transport))).rejects.toMatchObject({ code: 'rollout/no-watchdog-image' });
  expect(transport.writes).toEqual([]);
});

test('promote without the rights it needs leaves the hold as it is', async () => {
  const config = project({ namespace: 'ml' });
  const transport = await held(config, future, 'endpointslices');
  const context = contextFor(config, access, image);
  await expect(promote(context, kubeApi(transport))).rejects.toMatchObject({ code: 'rollout/forbidden' });
  expect(transport.writes).toEqual([]);
});

test('a hold that waits refuses the next rollout; one that has run out is rolled back first', async () => {
  const config = project({ namespace: 'ml' });
  const waiting = await held(config, future);
  const context = contextFor(config, access, image);
  await expect(rollOut(context, kubeApi(waiting))).rejects.toMatchObject({ code: 'rollout/held' });
  expect(waiting.writes).toEqual([]);

  const over = await held(config, past);
  const api = kubeApi(over);
  const evidence = await rollOut(context, api);
  expect(evidence).toMatchObject({ outcome: 'passed', decision: 'none', stable: { name: 'r1' } });
  const { state } = await StateStore.load(api, ref);
  expect(state).toMatchObject({ phase: 'done', candidate: null, hold: null, stable: { name: 'r1' } });
  expect(over.objects.has('/apis/apps/v1/namespaces/ml/deployments/fraud-r2')).toBe(false);
});

test('what a held candidate serves is not forgotten when the rollout goes on: nobody else could take it', async () => {
  const config = project({ namespace: 'ml' });
  const transport = await memoryCluster(config, (revision) => ({
    phase: 'held',
    candidate: revision('r2'),
    hold: { reason: 'r1 has no ready pod', step: 0, until: future },
    step: 0,
    weight: 0.5,
    scaling: { min: 2, max: 8 },
  }));
  // Still pinned by the engine that could not take the traffic back.
  transport.objects.set('/apis/autoscaling/v2/namespaces/ml/horizontalpodautoscalers/fraud', {
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata: { name: 'fraud', namespace: 'ml', labels: { 'app.kubernetes.io/managed-by': 'ml-deploy' } },
    spec: { minReplicas: 2, maxReplicas: 2, scaleTargetRef: { kind: 'Deployment', name: 'fraud-r1' } },
  });
  for (const [name, ready] of [
    ['r1', 0],
    ['r2', 2],
  ] as const) {
    const path = `/apis/apps/v1/namespaces/ml/deployments/fraud-${name}`;
    const there = transport.objects.get(path);
    if (there === undefined) throw new Error(`no ${name}`);
    transport.objects.set(path, { ...there, spec: { replicas: 2 }, status: { readyReplicas: ready } });
  }
  const api = kubeApi(transport);
  const found = await survey(api, ref, config);
  const plan = planRollout(config, { image, modelDigest: null }, fastapi, found, { name: 'r2' });
  const crew = { ...contextFor(config, access, image), server: fastapi, api, record: new Record(silentReporter) };
  const run = await begin(crew, plan, found, { fromStep: 1, savedAnalysis: null });
  if (run.store.state === null) throw new Error('no state');
  expect(isFirm(await footing(api, run.store.state))).toBe(false);
  expect(run.store.state.scaling).toEqual({ min: 2, max: 8 });
});

test('promote accepts the candidate when the stable revision has no pod left, as the hold says', async () => {
  const config = project({ namespace: 'ml', rollout: { steps: '[30%, 50%]' } });
  const transport = await memoryCluster(config, (revision) => ({
    phase: 'held',
    stable: { ...revision('r1'), template: 'sha256:other' },
    candidate: revision('r2'),
    hold: { reason: 'r1 has no ready pod', step: 0, until: future },
    strategy: 'canary',
    step: 0,
    weight: 0.5,
  }));
  const reviews = transport.intercept;
  const pods = ['1', '2'].map((each) => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: `fraud-r2-${each}`, namespace: 'ml', uid: each },
    status: { phase: 'Running', podIP: `10.0.0.${each}`, conditions: [{ type: 'Ready', status: 'True' }] },
  }));
  transport.intercept = (request, objects) => {
    if (!request.path.startsWith('/api/v1/namespaces/ml/pods?')) return reviews?.(request, objects);
    return { status: 200, body: JSON.stringify({ items: request.path.includes('r2') ? pods : [] }), headers: {} };
  };
  transport.objects.set('/apis/discovery.k8s.io/v1/namespaces/ml/endpointslices/fraud', {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { name: 'fraud', namespace: 'ml' },
    endpoints: [{ addresses: ['10.0.0.1'] }, { addresses: ['10.0.0.2'] }],
  });
  for (const [name, ready] of [
    ['r1', 0],
    ['r2', 2],
  ] as const) {
    const path = `/apis/apps/v1/namespaces/ml/deployments/fraud-${name}`;
    const there = transport.objects.get(path);
    if (there === undefined) throw new Error(`no ${name}`);
    const spec = { replicas: 2, template: { spec: { containers: [] } } };
    transport.objects.set(path, { ...there, spec, status: { readyReplicas: ready } });
  }
  const api = kubeApi(transport);
  const found = await survey(api, ref, config);
  const candidate = found.store.state?.candidate;
  if (candidate === undefined || candidate === null) throw new Error('no candidate');
  const { hash } = planRollout(config, candidate, fastapi, found, { name: 'r2', strategy: 'canary' });
  await found.store.update({ planHash: hash });

  const evidence = await promote(contextFor(config, access, image), api);
  expect(evidence).toMatchObject({ outcome: 'passed', decision: 'promote' });
  expect(transport.objects.get('/api/v1/namespaces/ml/services/fraud')?.['spec']).toMatchObject({
    selector: { app: 'fraud', revision: 'r2' },
  });
});
