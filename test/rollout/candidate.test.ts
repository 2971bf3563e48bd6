import { expect, test } from 'vitest';
import { kubeApi } from '../../src/kubernetes/kube-api.ts';
import { silentReporter } from '../../src/pipeline/reporter.ts';
import { awaitReady } from '../../src/rollout/candidate.ts';
import type { Run } from '../../src/rollout/run.ts';
import type { Revision } from '../../src/rollout/state.ts';
import { MemoryTransport } from './memory-transport.ts';
import { project } from './project.ts';

const r2: Revision = {
  name: 'r2',
  image: '',
  modelDigest: null,
  template: null,
  deployment: 'fraud-r2',
  replicas: 1,
};

/** Waits for one pod of r2 with this status (null: there is none), and gives the notes that people got. */
async function wait(status: object | null, readyTimeout: string) {
  const transport = new MemoryTransport();
  const metadata = { name: 'fraud-r2', namespace: 'ml' };
  const deployment = { apiVersion: 'apps/v1', kind: 'Deployment', metadata };
  transport.objects.set('/apis/apps/v1/namespaces/ml/deployments/fraud-r2', deployment);
  if (status !== null) {
    const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'fraud-r2-a', namespace: 'ml' }, status };
    transport.objects.set('/api/v1/namespaces/ml/pods/fraud-r2-a', pod);
  }
  const notes: string[] = [];
  const run = {
    api: kubeApi(transport),
    config: project({ namespace: 'ml', rollout: { readyTimeout } }),
    signal: new AbortController().signal,
    lease: { beat: () => Promise.resolve() },
    reporter: { ...silentReporter, note: (_: string, message: string) => notes.push(message) },
  } as unknown as Run;
  const error = await awaitReady(run, r2, 1).then(
    () => 'ready',
    (thrown: unknown) => thrown,
  );
  return { error, notes };
}

const container = (state: object): object => ({
  phase: 'Pending',
  containerStatuses: [{ name: 'server', ready: false, restartCount: 0, state }],
});

test('a server that ran and was not ready in time speaks against the model', async () => {
  const { error } = await wait(container({ running: {} }), '1s');
  expect(error).toMatchObject({ code: 'rollout/never-ready', kind: 'model' });
});

test.each([
  ['no pod at all', null],
  ['the image is still pulled', container({ waiting: { reason: 'ContainerCreating' } })],
])('%s: the cluster was too slow, not the model', async (_, status) => {
  const { error } = await wait(status, '1s');
  expect(error).toMatchObject({ code: 'rollout/never-started', kind: 'infrastructure' });
});

test('a pod that finds no node is explained within seconds, and has the whole time to find one', async () => {
  const message =
    '0/3 nodes are available: 3 Insufficient cpu. no new claims to deallocate, preemption: 0/3 nodes are available';
  const conditions = [{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message }];
  const began = performance.now();
  const { error, notes } = await wait({ phase: 'Pending', conditions }, '5s');
  expect(performance.now() - began).toBeGreaterThan(4500);
  expect(error).toMatchObject({ code: 'rollout/unschedulable', kind: 'infrastructure' });
  expect(notes).toHaveLength(1);
  expect(notes[0]).toContain(
    '3 nodes have too little free cpu (the scheduler says: 0/3 nodes are available: 3 Insufficient cpu). Ask for less in resources',
  );
});
