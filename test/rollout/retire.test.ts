import { expect, test } from 'vitest';
import { kubeApi } from '../../src/kubernetes/kube-api.ts';
import { silentReporter } from '../../src/pipeline/reporter.ts';
import { Fence } from '../../src/rollout/fence.ts';
import { Record } from '../../src/rollout/record.ts';
import { calmMs } from '../../src/rollout/calm.ts';
import { drain, removeOthers } from '../../src/rollout/retire.ts';
import type { Run } from '../../src/rollout/run.ts';
import { MemoryTransport } from './memory-transport.ts';
import { project } from './project.ts';

test('a Deployment of somebody else is never scaled or removed, whatever labels it has in common with revisions', async () => {
  const transport = new MemoryTransport();
  const isOurs = encodeURIComponent('app.kubernetes.io/managed-by=ml-deploy');
  transport.intercept = ({ method, path }) =>
    method === 'GET' && path.includes(isOurs) ? { status: 200, body: '{"items": []}', headers: {} } : undefined;
  const path = '/apis/apps/v1/namespaces/ml/deployments/mine';
  const theirs = {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'mine', namespace: 'ml', labels: { app: 'fraud', canary: 'on' } },
    spec: { replicas: 3, template: { spec: { containers: [] } } },
  };
  transport.objects.set(path, theirs);
  const api = kubeApi(transport);
  const run = {
    api,
    fence: new Fence(api, 'ml', 9),
    config: project({ namespace: 'ml' }),
    record: new Record(silentReporter),
  } as unknown as Run;
  await removeOthers(run, []);
  expect(transport.objects.get(path)).toEqual(theirs);
});

test.each([
  ['a while ago: they wait for the rest of the time', calmMs - 3200, 3200],
  ['never: they go at once', Infinity, 0],
])('pods of the previous revision when the API server was away %s', async (_name, agoMs, waitMs) => {
  const transport = new MemoryTransport();
  const path = '/apis/apps/v1/namespaces/ml/deployments/fraud-r1';
  transport.objects.set(path, {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'fraud-r1', namespace: 'ml', annotations: { 'mldeploy/epoch': '9' } },
    spec: { replicas: 2 },
  });
  const real = kubeApi(transport);
  const began = performance.now();
  const api = { ...real, lastTrouble: began - agoMs };
  let scaledAt = NaN;
  let beats = 0;
  const notes: string[] = [];
  transport.intercept = ({ method, path: asked }) => {
    if (method === 'PATCH' && asked.startsWith(path)) scaledAt = performance.now();
    return undefined;
  };
  const run = {
    api,
    fence: new Fence(real, 'ml', 9),
    config: project({ namespace: 'ml' }),
    plan: { strategy: 'canary' },
    record: new Record(silentReporter),
    reporter: { ...silentReporter, note: (_level: string, message: string) => notes.push(message) },
    signal: new AbortController().signal,
    lease: {
      beat: () => {
        beats++;
        return Promise.resolve();
      },
    },
  } as unknown as Run;
  const previous = { name: 'r1', image: '', modelDigest: null, template: null, deployment: 'fraud-r1', replicas: 2 };
  await drain(run, previous);
  expect(scaledAt - began).toBeGreaterThanOrEqual(waitMs);
  expect(beats).toBeGreaterThan(waitMs === 0 ? 0 : 1);
  expect(notes.filter((note) => note.startsWith('The API server was away'))).toHaveLength(waitMs === 0 ? 0 : 1);
  expect(transport.objects.get(path)).toMatchObject({ spec: { replicas: 0 } });
});
