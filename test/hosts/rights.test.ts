import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import type { Config } from '../../src/config/config.ts';
import { needs, useful } from '../../src/rollout/preflight.ts';
import { groupOf } from '../../src/rollout/watchdog/rules.ts';
import { neededOnPods } from '../../src/smoke/runtimes/kubernetes/preflight.ts';
import { repositoryRoot } from '../cluster/state.ts';
import { project } from '../rollout/project.ts';

// The Roles that we hand out have what the code asks for, and nothing else. That it is enough is tried out on the cluster.

interface Manifest {
  readonly kind: string;
  readonly rules?: readonly {
    readonly apiGroups: readonly string[];
    readonly resources: readonly string[];
    readonly verbs: readonly string[];
  }[];
}

/** `verb group/resource` of every right in a file, sorted. */
function rightsIn(file: string): string[] {
  const manifests = parseAllDocuments(readFileSync(join(repositoryRoot, file), 'utf8')).map(
    (document) => document.toJS() as Manifest,
  );
  return manifests
    .flatMap(({ rules = [] }) => rules)
    .flatMap(({ apiGroups, resources, verbs }) =>
      apiGroups.flatMap((group) => resources.flatMap((name) => verbs.map((verb) => `${verb} ${group}/${name}`))),
    )
    .toSorted();
}

const sorted = (...rights: readonly (readonly string[])[]): string[] => [...new Set(rights.flat())].toSorted();

/** Everything that any configuration asks for. */
const ofRollouts = (() => {
  const watched = { namespace: 'ml', watchdog: `registry.test/engine@sha256:${'1'.repeat(64)}` };
  const deploy = ['autoscaling: {max: 4}', 'maxUnavailable: 1'];
  const gateway = { gateway: '{name: g}' };
  const all: readonly Config[] = [
    project({ ...watched, deploy }),
    project({ ...watched, deploy, rollout: gateway }),
    project({ ...watched, deploy, rollout: { istio: '{}' } }),
  ];
  return all
    .flatMap((config) => needs(config))
    .map(({ resource, verb }) => `${verb} ${groupOf(resource)}/${resource.plural}`);
})();
const goodToHave = useful.map(({ resource, verb, subresource }) => {
  const part = subresource === undefined ? '' : `/${subresource}`;
  return `${verb} ${groupOf(resource)}/${resource.plural}${part}`;
});
/** What is only looked for: Services of revisions that an engine which died left behind, metrics of pods that cannot be reached directly. */
const looked = ['list /services', 'get /pods/proxy'];
const ofSmokeTests = [
  ...neededOnPods.map((right) => `${right.verb} /pods${'subresource' in right ? `/${right.subresource}` : ''}`),
  // Requests where the pods' network cannot be reached; what the kubelet says; the recorded times of the stable revision.
  'get /pods/proxy',
  'create /pods/proxy',
  // What is seen from within the pod.
  'get /pods/exec',
  'create /pods/exec',
  'list /events',
  'get /configmaps',
];

test('the hooks of Argo CD: rollouts and no smoke test', () => {
  expect(rightsIn('argocd/rbac.yaml')).toEqual(sorted(ofRollouts, goodToHave, looked));
});

test('the Tasks: rollouts and smoke tests', () => {
  expect(rightsIn('tekton/rbac/rbac.yaml')).toEqual(sorted(ofRollouts, goodToHave, looked, ofSmokeTests));
});

test('an account that only smoke-tests', () => {
  expect(rightsIn('tekton/rbac/smoke.yaml')).toEqual(sorted(ofSmokeTests));
});

test('beyond the namespace: nodes, and the pods on them in a file of their own', () => {
  expect(rightsIn('tekton/rbac/nodes.yaml')).toEqual(['get /nodes', 'list /nodes']);
  expect(rightsIn('tekton/rbac/capacity.yaml')).toEqual(['list /pods']);
});

test('docs/tekton.md has them in a table', () => {
  const page = readFileSync(join(repositoryRoot, 'docs/tekton.md'), 'utf8');
  const shown = page.slice(page.indexOf('`kubectl auth can-i --list`'));
  const rows = [...shown.matchAll(/^\| ([a-z][\w./]*) \| (.*?) \| (.*?) \| (.*?) \|$/gm)];
  const column = (index: number): string[] =>
    rows
      .flatMap(([, resource = '', ...cells]) => {
        const [, plural = '', group = '', part = ''] = /^(\w+)(?:\.([\w.]+))?(\/\w+)?$/.exec(resource) ?? [];
        return (cells[index] ?? '')
          .split(' ')
          .filter((verb) => verb !== '')
          .map((verb) => `${verb} ${group}/${plural}${part}`);
      })
      .toSorted();
  const files = ['tekton/rbac/rbac.yaml', 'tekton/rbac/smoke.yaml', 'argocd/rbac.yaml'];
  expect(files.map((_, index) => column(index))).toEqual(files.map(rightsIn));
});
