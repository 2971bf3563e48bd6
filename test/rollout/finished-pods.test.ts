import { expect, test } from 'vitest';
import { kubeApi } from '../../src/kubernetes/kube-api.ts';
import { silentReporter } from '../../src/pipeline/reporter.ts';
import { Fence } from '../../src/rollout/fence.ts';
import { Record } from '../../src/rollout/record.ts';
import { drain } from '../../src/rollout/retire.ts';
import type { Run } from '../../src/rollout/run.ts';
import type { Revision } from '../../src/rollout/state.ts';
import { recreate } from '../../src/rollout/strategies/recreate.ts';
import { MemoryTransport } from './memory-transport.ts';
import { project } from './project.ts';

const r1: Revision = {
  name: 'r1',
  image: '',
  modelDigest: null,
  template: null,
  deployment: 'fraud-r1',
  replicas: 1,
};

/** A run beside r1, of which one evicted pod is left: Kubernetes keeps such pods until somebody deletes them. */
function runBesideEvicted(signal: AbortSignal): { readonly run: Run; readonly notes: string[] } {
  const transport = new MemoryTransport();
  transport.objects.set('/api/v1/namespaces/ml/pods/fraud-r1-evicted', {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'fraud-r1-evicted', namespace: 'ml' },
    status: { phase: 'Failed', reason: 'Evicted' },
  });
  const api = kubeApi(transport);
  const notes: string[] = [];
  const run = {
    api,
    signal,
    config: project({ namespace: 'ml' }),
    plan: {
      strategy: 'recreate',
      candidate: { ...r1, name: 'r2', deployment: 'fraud-r2' },
      provider: { owned: () => null },
    },
    fence: new Fence(api, 'ml', 1),
    lease: { beat: () => Promise.resolve() },
    store: { state: null, uid: null, update: () => Promise.resolve() },
    watchdogImage: null,
    record: new Record(silentReporter),
    reporter: { ...silentReporter, note: (_: string, message: string) => notes.push(message) },
  } as unknown as Run;
  return { run, notes };
}

test('a drain does not wait for pods that ended long ago', async () => {
  const { run, notes } = runBesideEvicted(AbortSignal.timeout(3000));
  await drain(run, r1);
  expect(notes).toEqual([]);
});

test('an evicted pod holds no device: recreate goes on', async () => {
  const { run } = runBesideEvicted(AbortSignal.timeout(3000));
  await recreate(run, r1).catch(() => undefined);
  expect(run.record.timeline.map(({ kind }) => kind)).toContain('freed');
});
