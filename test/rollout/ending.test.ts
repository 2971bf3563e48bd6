import { beforeEach, expect, test } from 'vitest';
import { annotations } from '../../src/kubernetes/objects/labels.ts';
import { kubeApi } from '../../src/kubernetes/kube-api.ts';
import type { KubeApi, Request } from '../../src/kubernetes/api.ts';
import { silentReporter } from '../../src/pipeline/reporter.ts';
import { finish, rollBack } from '../../src/rollout/ending.ts';
import type { Defeat } from '../../src/rollout/ending.ts';
import { EngineLease } from '../../src/rollout/lease.ts';
import { planRollout } from '../../src/rollout/plan.ts';
import { Record } from '../../src/rollout/record.ts';
import type { Run } from '../../src/rollout/run.ts';
import { survey } from '../../src/rollout/survey.ts';
import { takeOver } from '../../src/rollout/takeover.ts';
import { fastapi } from '../../src/server/fastapi/index.ts';
import { image, memoryCluster, ref } from './memory-cluster.ts';
import type { MemoryTransport } from './memory-transport.ts';
import { project } from './project.ts';

const servicePath = '/api/v1/namespaces/ml/services/fraud';
const verdict: Defeat = { outcome: 'failed', reasons: ['too many errors.'], ended: 'rolled back', diagnose: false };
let transport: MemoryTransport;
let run: Run;

beforeEach(async () => {
  const config = project({ namespace: 'ml' });
  transport = await memoryCluster(config, (revision) => ({
    phase: 'running',
    progress: 'shifting',
    candidate: revision('r2'),
  }));
  run = await runOn(kubeApi(transport));
});

async function runOn(api: KubeApi): Promise<Run> {
  const config = project({ namespace: 'ml' });
  const found = await survey(api, ref);
  const release = { image, modelDigest: null };
  const plan = planRollout({ ...config, deploy: { ...config.deploy, env: { A: 'b' } } }, release, fastapi, found, {
    name: 'r2',
  });
  const fence = await takeOver(api, {
    namespace: 'ml',
    knownEpoch: 4,
    traffic: plan.provider.objects({ ...ref, port: 80 }),
    restoreTo: null,
    others: [],
    engine: 'me',
  });
  const lease = await EngineLease.acquire(api, ref, fence, { holder: 'test', durationMs: 60_000 });
  return {
    config,
    server: fastapi,
    plan,
    api,
    fence,
    store: found.store,
    lease,
    record: new Record(silentReporter),
    reporter: silentReporter,
    access: { environment: {}, root: '/' },
    signal: new AbortController().signal,
    watchdogImage: null,
    fromStep: 0,
    savedAnalysis: null,
  };
}

const isTrafficPatch = ({ method, path }: Request): boolean => method === 'PATCH' && path.startsWith(servicePath);

test('an error of the cluster while restoring: tried again, and the verdict stays', async () => {
  let refused = 0;
  transport.intercept = (request) => {
    if (!isTrafficPatch(request) || refused > 0) return undefined;
    refused++;
    return { status: 403, body: '{"message": "not now"}', headers: {} };
  };
  expect(await rollBack(run, verdict)).toMatchObject({
    outcome: 'failed',
    decision: 'rollback',
    reasons: ['too many errors.'],
  });
  expect(refused).toBe(1);
  expect(transport.objects.has('/apis/apps/v1/namespaces/ml/deployments/fraud-r2')).toBe(false);
});

test('another engine took over: the verdict stays, an error without one is that of the takeover', async () => {
  const service = transport.objects.get(servicePath);
  if (service === undefined) throw new Error('no Service');
  transport.objects.set(servicePath, {
    ...service,
    metadata: { ...service.metadata, annotations: { [annotations.epoch]: '99' } },
  });
  const ending = await rollBack(run, verdict);
  expect(ending).toMatchObject({ outcome: 'failed', decision: 'rollback' });
  expect(ending.reasons.join(' ')).toMatch(/^too many errors\. The rollback was not finished: .*epoch 99/);
  await expect(rollBack(run, { ...verdict, outcome: 'error' })).rejects.toMatchObject({ code: 'rollout/superseded' });
  expect(transport.objects.has('/apis/apps/v1/namespaces/ml/deployments/fraud-r2')).toBe(true);
});

test('a Service that somebody deleted is made again, for the stable revision', async () => {
  transport.objects.delete(servicePath);
  expect(await rollBack(run, verdict)).toMatchObject({ outcome: 'failed' });
  expect(transport.objects.get(servicePath)?.['spec']).toMatchObject({ selector: { app: 'fraud', revision: 'r1' } });
});

test('a rollout whose end met an error is ended again, and recorded once', async () => {
  await finish(run, { ended: 'promoted', reason: 'as good as it has to be' });
  await finish(run, { ended: 'promoted', reason: 'the API server was away' });
  expect(run.store.state?.history.map(({ reason }) => reason)).toEqual(['as good as it has to be']);
});
