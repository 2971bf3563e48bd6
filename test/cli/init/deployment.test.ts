import { expect, test } from 'vitest';
import { readDeployed } from '../../../src/cli/init/deployment.ts';
import type { KubeApi, KubeObject } from '../../../src/kubernetes/api.ts';

const labels = { app: 'fraud' };
const deployment = (limits: Record<string, string>, more: object = {}): KubeObject => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'fraud' },
  spec: {
    template: {
      metadata: { labels },
      spec: { containers: [{ image: 'registry.test/fraud:1', resources: { limits } }], ...more },
    },
  },
});
const service: KubeObject = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'fraud' },
  spec: { selector: labels, ports: [{ port: 80 }] },
};
const keysOf = async (object: KubeObject): Promise<unknown> => {
  const api = { get: () => Promise.resolve(object), list: () => Promise.resolve([service]) } as unknown as KubeApi;
  return (await readDeployed(api, 'ml', 'fraud', null)).keys;
};

test.each([
  ['whole GPUs', { 'nvidia.com/gpu': '2' }, { count: 2 }],
  ['MIG devices', { 'nvidia.com/mig-1g.10gb': '1' }, { count: 1, resource: 'nvidia.com/mig-1g.10gb' }],
])('%s and their runtime class are taken over', async (_, limits, gpu) => {
  const keys = await keysOf(deployment(limits, { runtimeClassName: 'nvidia' }));
  expect(keys).toMatchObject({ resources: { gpu }, deploy: { runtimeClass: 'nvidia' } });
});

test('and nothing where there are none', async () => {
  const keys = await keysOf(deployment({ memory: '1Gi' }));
  expect(keys).toMatchObject({ resources: { memory: '1Gi' } });
  expect(JSON.stringify(keys)).not.toMatch(/gpu|runtimeClass/);
});
