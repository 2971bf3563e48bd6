import { expect, test } from 'vitest';
import type { Config } from '../../src/config/config.ts';
import type { KubeObject, Reply, Request } from '../../src/kubernetes/api.ts';
import { kubeApi } from '../../src/kubernetes/kube-api.ts';
import { promote, resume } from '../../src/rollout/commands/resume.ts';
import { planRollout } from '../../src/rollout/plan.ts';
import { rollOut } from '../../src/rollout/stage.ts';
import { StateStore } from '../../src/rollout/state.ts';
import type { Revision } from '../../src/rollout/state.ts';
import { survey } from '../../src/rollout/survey.ts';
import { fastapi } from '../../src/server/fastapi/index.ts';
import { MemoryTransport } from './memory-transport.ts';
import { accessTo, contextFor, project } from './project.ts';

const ref = { model: 'fraud', namespace: 'ml' };
const image = `registry.test/fraud@sha256:${'a'.repeat(64)}`;
const access = accessTo({ kubeconfigPath: '/nowhere' });

/** A cluster that allows everything but `forbidden`, with r1 stable and r2 held until then. */
async function held(config: Config, until: string, forbidden = ''): Promise<MemoryTransport> {
  const transport = new MemoryTransport();
  transport.intercept = (request) => accessReviews(request, forbidden);
  const api = kubeApi(transport);
  const template = planRollout(
    config,
    { image, modelDigest: `sha256:${'0'.repeat(64)}` },
    fastapi,
    await survey(api, ref),
  ).candidate.template;
  const revision = (name: string): Revision => ({
    name,
    image,
    modelDigest: null,
    template,
    deployment: `fraud-${name}`,
    replicas: 2,
  });
  for (const name of ['r1', 'r2']) {
    const of = (kind: string, spec: object): KubeObject => ({
      apiVersion: 'apps/v1',
      kind,
      metadata: { name: `fraud-${name}`, namespace: 'ml', labels: marks(name), annotations: { 'mldeploy/epoch': '4' } },
      spec,
    });
    transport.objects.set(
      `/apis/apps/v1/namespaces/ml/deployments/fraud-${name}`,
      of('Deployment', { replicas: name === 'r1' ? 2 : 0 }),
    );
  }
  transport.objects.set('/api/v1/namespaces/ml/services/fraud', {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'fraud', namespace: 'ml', labels: marks('r1'), annotations: { 'mldeploy/epoch': '4' } },
    spec: { type: 'ClusterIP', selector: { app: 'fraud', revision: 'r1' }, ports: [{ port: 80 }] },
  });
  const store = await StateStore.load(api, ref);
  await store.save({
    version: 1,
    ...ref,
    phase: 'held',
    progress: 'shifting',
    epoch: 4,
    provider: 'replicas',
    port: 80,
    stable: revision('r1'),
    candidate: revision('r2'),
    previous: null,
    planHash: null,
    steps: [],
    step: 0,
    weight: 0,
    hold: { reason: 'approval', step: 0, until },
    scaling: null,
    analysis: null,
    reasons: [],
    history: [],
  });
  transport.writes.length = 0;
  return transport;
}

function marks(revision: string): Record<string, string> {
  return { app: 'fraud', revision, 'app.kubernetes.io/managed-by': 'ml-deploy' };
}

function accessReviews(request: Request, forbidden: string): Reply | undefined {
  if (!request.path.includes('selfsubjectaccessreviews')) return undefined;
  const asked = JSON.parse(request.body ?? '') as { spec: { resourceAttributes: { resource: string } } };
  const allowed = asked.spec.resourceAttributes.resource !== forbidden;
  return { status: 201, body: JSON.stringify({ status: { allowed } }), headers: {} };
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
