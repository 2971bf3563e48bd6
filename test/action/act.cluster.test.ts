import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ensureCluster, type Cluster, type TestNamespace } from '../cluster/cluster.ts';
import { repositoryRoot } from '../cluster/state.ts';
import { hostImages, hostProject, steadyEvidence, terminal, type HostImages } from '../hosts/host-project.ts';
import { runAct } from './act.ts';

// The Action as a workflow uses it, run by act: the committed bundle, inputs, outputs, state and the post step.

let cluster: Cluster;
let images: HostImages;
let space: TestNamespace;

beforeAll(async () => {
  cluster = await ensureCluster();
  images = await hostImages(cluster);
  space = await cluster.namespace('act');
});

afterAll(async () => {
  await space[Symbol.asyncDispose]();
});

const job = (steps: string): string => `on: push
jobs:
  deploy:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v7
${steps}`;

describe('under act', () => {
  it('validates: clean passes, evil.pkl fails the step and says unsafe', async () => {
    const folder = hostProject(cluster, { namespace: space.name });
    cpSync(join(repositoryRoot, 'examples/evil.pkl'), join(folder, 'evil.pkl'));
    const run = await runAct(
      folder,
      job(`
      - {uses: ./, id: clean, with: {command: validate}}
      - {uses: ./, id: evil, continue-on-error: true, with: {command: validate, paths: evil.pkl}}
      - run: echo "clean=\${{ steps.clean.outputs.verdict }} evil=\${{ steps.evil.outputs.verdict }} \${{ steps.evil.outcome }}"
`),
    );
    expect(run.log).toContain('clean=clean evil=unsafe failure');
    expect(run.log).toContain('os.system');
    expect(run.succeeded).toBe(true);
  });

  it('refuses an input that the command does not use', async () => {
    const folder = hostProject(cluster, { namespace: space.name });
    const run = await runAct(folder, job(`      - {uses: ./, with: {command: validate, context: production}}\n`));
    expect(run.succeeded).toBe(false);
    expect(run.log).toContain('Input `context` is set, but `command: validate` does not use it.');
  });

  it('rolls out, with the same evidence as in a terminal', async () => {
    const options = { watchdog: images.engine, replicas: 1 };
    await using here = await cluster.namespace('terminal');
    const mine = hostProject(cluster, { ...options, namespace: here.name });
    await terminal(mine, ['validate'], {});
    await terminal(mine, ['rollout', `--image=${images.server}`, `--kubeconfig=${cluster.kubeconfigPath}`], {});

    const folder = hostProject(cluster, { ...options, namespace: space.name });
    const run = await runAct(
      folder,
      job(`
      - {uses: ./, with: {command: validate}}
      - {uses: ./, id: rollout, with: {command: rollout, image: '${images.server}', kubeconfig: '${cluster.kubeconfigPath}'}}
      - run: cp -r .mldeploy '${folder}'
      - run: echo "decision=\${{ steps.rollout.outputs.decision }} image=\${{ steps.rollout.outputs.image }}"
`),
    );
    expect(run.succeeded, run.log).toBe(true);
    expect(run.log).toContain(`decision=promote image=${images.server}`);
    for (const stage of ['validate', 'rollout']) {
      expect(steadyEvidence(folder, stage, space.name)).toEqual(steadyEvidence(mine, stage, here.name));
    }
  });
});
