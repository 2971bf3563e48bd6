import { expect, test } from 'vitest';
import type { KubeObject } from '../../src/kubernetes/api.ts';
import { kubeApi } from '../../src/kubernetes/kube-api.ts';
import { checkRights, needs } from '../../src/rollout/preflight.ts';
import { memoryCluster } from './memory-cluster.ts';
import { project } from './project.ts';

const config = project({ namespace: 'ml', watchdog: `registry.test/engine@sha256:${'b'.repeat(64)}` });
const path = '/api/v1/namespaces/ml/serviceaccounts/mldeploy-fraud-watchdog';
const account: KubeObject = {
  apiVersion: 'v1',
  kind: 'ServiceAccount',
  metadata: { name: 'mldeploy-fraud-watchdog', namespace: 'ml' },
};

test('who may not create Roles needs an account that somebody prepared', async () => {
  const transport = await memoryCluster(config, () => ({}), 'roles');
  const api = kubeApi(transport);
  await expect(checkRights(api, config)).rejects.toMatchObject({
    code: 'rollout/forbidden',
    message: expect.stringContaining('create roles.rbac.authorization.k8s.io') as string,
  });
  transport.objects.set(path, account);
  await expect(checkRights(api, config)).resolves.toEqual([]);
  // One of an earlier rollout is replaced, which takes the right.
  const owner = { apiVersion: 'batch/v1', kind: 'Job', name: 'mldeploy-fraud-watchdog-4', uid: 'u' };
  transport.objects.set(path, { ...account, metadata: { ...account.metadata, ownerReferences: [owner] } });
  await expect(checkRights(api, config)).rejects.toMatchObject({ code: 'rollout/forbidden' });
});

test('the disruption budget is re-pointed whatever the configuration says', () => {
  const off = project({ namespace: 'ml', deploy: ['maxUnavailable: null'] });
  const verbs = needs(off).filter(({ resource }) => resource.plural === 'poddisruptionbudgets');
  expect(verbs.map(({ verb }) => verb)).toEqual(['get', 'patch']);
});
