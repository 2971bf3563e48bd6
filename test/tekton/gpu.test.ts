import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parseAllDocuments, parse } from 'yaml';
import { parseConfig } from '../../src/config/load.ts';
import { podTemplate } from '../../src/kubernetes/objects/deployment.ts';
import { needs } from '../../src/rollout/preflight.ts';
import { groupOf } from '../../src/rollout/watchdog/rules.ts';
import { serverOf } from '../../src/server/index.ts';
import { podNeeds } from '../../src/server/server.ts';
import { neededOnPods } from '../../src/smoke/runtimes/kubernetes/preflight.ts';
import { repositoryRoot } from '../cluster/state.ts';

interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
}
interface TaskRun {
  readonly spec: {
    readonly params: readonly { readonly name: string; readonly value: unknown }[];
    readonly podTemplate: object;
  };
}

const text = (file: string): string => readFileSync(join(repositoryRoot, file), 'utf8');
const role = parseAllDocuments(text('tekton/rbac/rbac.yaml'))
  .map((document) => document.toJS() as { kind: string; rules?: readonly Rule[] })
  .find(({ kind }) => kind === 'Role');
const allowed = (group: string, resource: string, verb: string): boolean =>
  (role?.rules ?? []).some(
    ({ apiGroups, resources, verbs }) =>
      apiGroups.includes(group) && resources.includes(resource) && verbs.includes(verb),
  );

/** The configuration for GPUs that docs/tekton.md shows. */
const config = (() => {
  const shown = [...text('docs/tekton.md').matchAll(/```yaml\n(smoke:[^`]*)```/g)][0]?.[1] ?? '';
  return parseConfig(
    `version: 1\nname: fraud\nmodel: {path: model/}\nserver: {type: fastapi}\nimage: {repository: registry.test/fraud}\n${shown}`,
    'docs/tekton.md',
    null,
  );
})();

test('the Role allows all that the smoke test does in the cluster', () => {
  const asked = neededOnPods.map((right) => {
    const resource = 'subresource' in right ? `pods/${right.subresource}` : 'pods';
    return ['', resource, right.verb] as const;
  });
  const proxied = ['get', 'create'].map((verb) => ['', 'pods/proxy', verb] as const);
  const told = [['', 'events', 'list'] as const];
  const missing = [...asked, ...proxied, ...told].filter(([group, resource, verb]) => !allowed(group, resource, verb));
  expect(missing).toEqual([]);
});

test('and all that the rollout asks for before it begins', () => {
  const missing = needs(config).filter(({ resource, verb }) => !allowed(groupOf(resource), resource.plural, verb));
  expect(missing).toEqual([]);
});

test('what docs/tekton.md shows for GPUs is a configuration, and its pods ask for just that', () => {
  const image = `registry.test/fraud@sha256:${'1'.repeat(64)}`;
  const facts = { config, image, modelDigest: null, revision: 'r1', replicas: 1, epoch: 0 };
  const { spec } = podTemplate({ ...facts, ...podNeeds(serverOf(config), config) });
  expect(spec).toMatchObject({
    runtimeClassName: 'nvidia',
    nodeSelector: { 'nvidia.com/gpu.product': 'NVIDIA-L4' },
    tolerations: [{ key: 'nvidia.com/gpu', operator: 'Exists', effect: 'NoSchedule' }],
  });
  expect(spec.containers[0]).toMatchObject({ resources: { limits: { 'nvidia.com/gpu': '1' } } });
  expect(config.rollout.smokedOn).toBe('sameGpu');
});

test('the sample names parameters that the Task has, and takes no GPU for the Task itself', () => {
  const run = parse(text('tekton/task/ml-deploy/samples/smoke-gpu.yaml')) as TaskRun;
  const task = parse(text('tekton/task/ml-deploy/ml-deploy.yaml')) as { spec: { params: { name: string }[] } };
  const names = task.spec.params.map(({ name }) => name);
  for (const { name } of run.spec.params) expect(names).toContain(name);
  expect(run.spec.params).toContainEqual({ name: 'command', value: 'smoke' });
  expect(JSON.stringify(run.spec)).not.toMatch(/nvidia|tolerations|computeResources/);
});
