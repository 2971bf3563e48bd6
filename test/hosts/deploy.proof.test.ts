import { mkdirSync, mkdtempSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { trainModels } from '../../demo/models.ts';
import { prepareProject } from '../../demo/project.ts';
import { environmentOf, findTarget, type Target } from '../../demo/target.ts';
import { runAct } from '../action/act.ts';
import { ensureCluster, type Cluster, type TestNamespace } from '../cluster/cluster.ts';
import { repositoryRoot } from '../cluster/state.ts';
import { hostImages, steadyEvidence, terminal } from './host-project.ts';

// The whole way of a real model, once in a terminal and once as a workflow: validate, build, smoke and rollout prove the same.

const stages = ['validate', 'build', 'smoke', 'rollout'];

let cluster: Cluster;
let target: Target;
let environment: Record<string, string>;
let spaces: readonly TestNamespace[] = [];

beforeAll(async () => {
  cluster = await ensureCluster();
  target = await findTarget({ DEMO_KIND: 'none' }, () => undefined);
  environment = environmentOf(target, (await hostImages(cluster)).engine);
  spaces = [await cluster.namespace('terminal'), await cluster.namespace('workflow')];
});

afterAll(async () => {
  for (const space of spaces) await space[Symbol.asyncDispose]();
});

/** The demo's first version in a repository of its own. */
async function project(namespace: string): Promise<string> {
  mkdirSync(join(cluster.folder, 'projects'), { recursive: true });
  const state = mkdtempSync(join(cluster.folder, 'projects', 'd-'));
  const models = await trainModels(target, join(repositoryRoot, '.demo'));
  return prepareProject({ state, version: 'v1', target, models, namespace });
}

it('deploys with the same evidence in a terminal and under act', async () => {
  const [one, two] = spaces;
  if (one === undefined || two === undefined) throw new Error('no namespaces');
  const mine = await project(one.name);
  await terminal(mine, ['deploy'], environment);

  const folder = await project(two.name);
  const { BUILDKIT_HOST = '', MLDEPLOY_ENGINE_IMAGE = '', KUBECONFIG = '', PATH = '' } = environment;
  const run = await runAct(
    folder,
    `on: push
jobs:
  deploy:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v7
      - {uses: ./, id: deploy}
      - run: cp -r .mldeploy '${folder}'
      - run: echo "\${{ steps.deploy.outputs.outcome }} \${{ steps.deploy.outputs.decision }} \${{ steps.deploy.outputs.image }}"
`,
    { BUILDKIT_HOST, MLDEPLOY_ENGINE_IMAGE, KUBECONFIG, PATH },
  );
  expect(run.succeeded, run.log).toBe(true);
  for (const stage of stages)
    expect(steadyEvidence(folder, stage, two.name)).toEqual(steadyEvidence(mine, stage, one.name));
  const { image } = JSON.parse(readFileSync(join(mine, '.mldeploy/default/build.json'), 'utf8')) as {
    image: { reference: string };
  };
  expect(run.log).toContain(`passed promote ${image.reference}`);
  expect(run.log).toContain('Post ./');
}, 900_000);
