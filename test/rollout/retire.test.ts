import { expect, test } from 'vitest';
import { kubeApi } from '../../src/kubernetes/kube-api.ts';
import { silentReporter } from '../../src/pipeline/reporter.ts';
import { Fence } from '../../src/rollout/fence.ts';
import { Record } from '../../src/rollout/record.ts';
import { removeOthers } from '../../src/rollout/retire.ts';
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
