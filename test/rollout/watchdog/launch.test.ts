import { expect, test } from 'vitest';
import { kubeApi } from '../../../src/kubernetes/kube-api.ts';
import { rollOut } from '../../../src/rollout/stage.ts';
import { image, memoryCluster } from '../memory-cluster.ts';
import { accessTo, contextFor, project } from '../project.ts';

test('rights that an administrator prepared by halves are not removed', async () => {
  const config = project({ namespace: 'ml', watchdog: `registry.test/engine@sha256:${'b'.repeat(64)}` });
  const transport = await memoryCluster(config, () => ({}));
  const path = '/apis/rbac.authorization.k8s.io/v1/namespaces/ml/roles/mldeploy-fraud-watchdog';
  const role = {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'Role',
    metadata: { name: 'mldeploy-fraud-watchdog', namespace: 'ml' },
  };
  transport.objects.set(path, role);
  const context = contextFor(config, accessTo({ kubeconfigPath: '/nowhere' }), image.replaceAll('a', 'b'));
  const { outcome, summary } = await rollOut(context, kubeApi(transport));
  expect(outcome).toBe('error');
  expect(summary).toMatch(
    /r1 serves: Role mldeploy-fraud-watchdog exists in namespace ml and was not made by ml-deploy/,
  );
  expect(transport.objects.get(path)).toEqual(role);
});
