import { expect, test } from 'vitest';
import type { Config } from '../../../src/config/config.ts';
import { podTemplate, templateHash } from '../../../src/kubernetes/objects/deployment.ts';
import { smokePod } from '../../../src/smoke/runtimes/kubernetes/pod.ts';
import { serverOf } from '../../../src/server/index.ts';
import { podNeeds } from '../../../src/server/server.ts';
import { noNeeds } from '../../gpu/no-needs.ts';
import { project } from '../../smoke/fixture/project.ts';

const image = `registry.example/sum@sha256:${'1'.repeat(64)}`;
const plain = project({});
const facts = (config: Config) => ({
  config,
  image,
  modelDigest: null,
  weights: null,
  revision: 'r1',
  replicas: 1,
  epoch: 0,
  ...podNeeds(serverOf(config), config),
});
const tolerations = [{ key: 'nvidia.com/gpu', operator: 'Exists', effect: 'NoSchedule' }];
const onMig: Config = {
  ...plain.config,
  resources: { ...plain.config.resources, gpu: { count: 1, memory: null, resource: 'nvidia.com/mig-1g.10gb' } },
  deploy: { ...plain.config.deploy, runtimeClass: 'nvidia', tolerations },
};

test('the pod of the smoke test asks for the GPU as the deployed pod does', () => {
  const deployed = podTemplate(facts(onMig)).spec;
  const spec = {
    ...plain,
    config: onMig,
    image,
    platformDigests: [],
    modelDigest: null,
    server: serverOf(onMig),
    needs: noNeeds,
  };
  const tested = smokePod({ spec, image, run: 'smoke-1', device: 'gpu', owner: '' })['spec'] as typeof deployed;
  for (const pod of [deployed, tested]) {
    expect(pod).toMatchObject({ runtimeClassName: 'nvidia', tolerations });
    const gpu = { 'nvidia.com/mig-1g.10gb': '1' };
    expect(pod.containers[0]).toMatchObject({ resources: { requests: gpu, limits: gpu } });
    expect(JSON.stringify(pod)).not.toContain('"nvidia.com/gpu":');
  }
});

test('without these keys a pod is what it was: nothing is rolled out anew for them', () => {
  expect(podTemplate(facts(plain.config)).spec).not.toHaveProperty('runtimeClassName');
  const gpu = { count: 1, memory: null };
  const [absent, named] = [gpu, { ...gpu, resource: 'nvidia.com/gpu' }].map((wish) =>
    templateHash(facts({ ...plain.config, resources: { ...plain.config.resources, gpu: wish } })),
  );
  expect(absent).toBe(named);
});
