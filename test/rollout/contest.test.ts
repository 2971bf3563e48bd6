import { beforeEach, describe, expect, test } from 'vitest';
import type { KubeObject, Request, Transport } from '../../src/kubernetes/api.ts';
import { kubeApi } from '../../src/kubernetes/kube-api.ts';
import { silentReporter } from '../../src/pipeline/reporter.ts';
import { resume } from '../../src/rollout/commands/resume.ts';
import { rollback } from '../../src/rollout/commands/rollback.ts';
import type { RollbackReport } from '../../src/rollout/commands/rollback.ts';
import { undo } from '../../src/rollout/commands/undo.ts';
import { planRollout } from '../../src/rollout/plan.ts';
import { StateStore } from '../../src/rollout/state.ts';
import type { RolloutState } from '../../src/rollout/state.ts';
import { survey } from '../../src/rollout/survey.ts';
import { takerName } from '../../src/rollout/taker.ts';
import { abandon } from '../../src/rollout/watchdog/abandon.ts';
import { fastapi } from '../../src/server/fastapi/index.ts';
import { memoryCluster, ref } from './memory-cluster.ts';
import type { RevisionOf } from './memory-cluster.ts';
import type { MemoryTransport } from './memory-transport.ts';
import { accessTo, contextFor, project } from './project.ts';

// Two who take the same rollout over at the same moment: one of them wins, nobody fights, and both say what has become of it.

const config = project({ namespace: 'ml', rollout: { lease: '2s' } });
const newer = `registry.test/fraud@sha256:${'b'.repeat(64)}`;
const context = contextFor(config, accessTo({ kubeconfigPath: '/nowhere' }), newer);
const servicePath = '/api/v1/namespaces/ml/services/fraud';
const deploymentPath = '/apis/apps/v1/namespaces/ml/deployments/fraud';
let cluster: MemoryTransport;

const shifting = (revision: RevisionOf): Partial<RolloutState> => ({
  phase: 'running',
  progress: 'shifting',
  candidate: { ...revision('r2'), image: newer },
  step: 0,
  weight: 0.3,
});

/** The same cluster for somebody else; `before` holds each of their requests back. */
function as(before: (request: Request) => Promise<void>): Transport {
  return {
    server: 'memory',
    namespace: 'default',
    send: async (request) => (await before(request), cluster.send(request)),
    close: () => undefined,
  };
}

/** Somebody else does this right before the first write to the Service is answered. */
function inBetween(deed: () => Promise<void>): Transport {
  let done = false;
  return as(async ({ method, path }) => {
    if (done || method !== 'PATCH' || !path.startsWith(servicePath)) return;
    done = true;
    await deed();
  });
}

const state = async (): Promise<RolloutState | null> => (await StateStore.load(kubeApi(cluster), ref)).state;
const stableServes = (): unknown => (cluster.objects.get(servicePath)?.['spec'] as { selector: unknown }).selector;
const toStable = { app: 'fraud', revision: 'r1' };

async function watchdog(): Promise<void> {
  const api = kubeApi(cluster);
  await abandon(api, await StateStore.load(api, ref));
}

beforeEach(async () => {
  cluster = await memoryCluster(config, shifting);
  const service = cluster.objects.get(servicePath) as KubeObject;
  const selector = { app: 'fraud', canary: 'on' };
  cluster.objects.set(servicePath, { ...service, spec: { ...(service['spec'] as object), selector } });
});

async function isOver(): Promise<void> {
  expect(await state()).toMatchObject({ phase: 'done', stable: { name: 'r1' }, candidate: null });
  expect(stableServes()).toEqual(toStable);
  expect(cluster.objects.has(`${deploymentPath}-r2`)).toBe(false);
  expect(cluster.objects.has(`${deploymentPath}-r1`)).toBe(true);
}

describe('rollback', () => {
  test('the watchdog restores at the same moment: what it left is ended', async () => {
    const report = await rollback(ref, kubeApi(inBetween(watchdog)), silentReporter);
    expect(report).toMatchObject({ changed: true, stable: 'r1', summary: 'r1 serves all traffic of fraud.' });
    await isOver();
  });

  test('another rollback is quicker: that it has ended the rollout is said, and is no failure', async () => {
    const other = async (): Promise<void> => {
      await rollback(ref, kubeApi(cluster), silentReporter);
    };
    expect(await rollback(ref, kubeApi(inBetween(other)), silentReporter)).toEqual({
      changed: false,
      stable: 'r1',
      summary:
        'The rollout of fraud in namespace ml was ended by a `rollback` command at the same moment: r1 serves all traffic of fraud.',
    });
    await isOver();
  });

  test('two at once: both succeed, and every order of their writes ends the same', async () => {
    for (let round = 0; round < 10; round++) {
      cluster = await memoryCluster(config, shifting);
      const late = (most: number) => as(() => new Promise((go) => setTimeout(go, Math.random() * most)));
      const reports = await Promise.all(
        [late(2), late(round % 2 === 0 ? 2 : 10)].map((each) => rollback(ref, kubeApi(each), silentReporter)),
      );
      expect(reports.map(({ stable }) => stable)).toEqual(['r1', 'r1']);
      await isOver();
    }
  }, 60_000);

  test('a newer one that is at work is not disturbed', async () => {
    let release = (): void => undefined;
    const released = new Promise<void>((go) => (release = go));
    let newest: Promise<RollbackReport> = Promise.reject(new Error('not begun'));
    newest.catch(() => undefined);
    // The newer one has written the Service and then takes its time.
    const slow = as(async ({ method, path }) => {
      if (method !== 'GET' && !path.startsWith(servicePath)) await released;
    });
    const older = inBetween(async () => {
      newest = rollback(ref, kubeApi(slow), silentReporter);
      await expect.poll(() => cluster.writes.some((each) => each === `patch ${servicePath}`)).toBe(true);
    });
    const report = rollback(ref, kubeApi(older), silentReporter);
    await new Promise((go) => setTimeout(go, 1500));
    expect(cluster.writes).toEqual([`patch ${servicePath}`]);
    release();
    expect(await newest).toMatchObject({ changed: true, stable: 'r1' });
    expect(await report).toMatchObject({ changed: false, stable: 'r1' });
    await isOver();
  });

  test('one that dies at work is not waited for for long', async () => {
    const dead = as(({ method, path }) =>
      method !== 'GET' && !path.startsWith(servicePath) ? new Promise(() => undefined) : Promise.resolve(),
    );
    const older = inBetween(async () => {
      void rollback(ref, kubeApi(dead), silentReporter);
      await expect.poll(() => cluster.writes.length).toBe(1);
    });
    expect(await rollback(ref, kubeApi(older), silentReporter)).toMatchObject({ changed: true, stable: 'r1' });
    await isOver();
  }, 20_000);

  test('somebody who turns the Service after the other one has ended it does not have the last word', async () => {
    const other = async (): Promise<void> => {
      await rollback(ref, kubeApi(cluster), silentReporter);
      const service = cluster.objects.get(servicePath) as KubeObject;
      cluster.objects.set(servicePath, { ...service, spec: { selector: { app: 'fraud', revision: 'r2' } } });
    };
    expect(await rollback(ref, kubeApi(inBetween(other)), silentReporter)).toMatchObject({ stable: 'r1' });
    await isOver();
  });
});

/** What a command says on its way. */
function notes(): { readonly lines: string[]; readonly reporter: typeof silentReporter } {
  const lines: string[] = [];
  return { lines, reporter: { ...silentReporter, note: (_level, message) => lines.push(message) } };
}

test('resume goes on from what a watchdog leaves that restores at the same moment, and says so', async () => {
  const { lines, reporter } = notes();
  const planned = planRollout(
    config,
    { image: newer, modelDigest: `sha256:${'0'.repeat(64)}` },
    fastapi,
    await survey(kubeApi(cluster), ref),
    {
      name: 'r2',
    },
  );
  const store = await StateStore.load(kubeApi(cluster), ref);
  await store.update({ planHash: planned.hash });
  const stop = new AbortController();
  let isRestored = false;
  const between = as(async ({ method, path, body }) => {
    if (method === 'PATCH' && path.startsWith(servicePath) && !isRestored) {
      isRestored = true;
      await watchdog();
    }
    // Enough is seen when it is at work again.
    if (method === 'PATCH' && body?.includes('replicas') === true) stop.abort();
  });
  await expect(resume({ ...context, reporter, signal: stop.signal }, kubeApi(between))).rejects.toMatchObject({
    code: 'rollout/interrupted',
  });
  expect(lines).toContain('The watchdog took over at the same moment: going on from what it left.');
  expect((await state())?.history.map(({ ended }) => ended)).toEqual(['abandoned', 'interrupted']);
});

test('two who undo the same at once mean the same revision', async () => {
  const entry = (revision: string, more: object = {}) => ({
    at: '2026-01-01T00:00:00Z',
    revision,
    image: newer,
    ended: 'promoted' as const,
    reason: 'good',
    ...more,
  });
  const history = [entry('r0'), entry('r2'), entry('r1')];
  cluster = await memoryCluster(config, (revision) => ({
    history,
    previous: { ...revision('r2'), template: 'older' },
  }));
  const other = async (): Promise<void> => {
    const store = await StateStore.load(kubeApi(cluster), ref);
    const service = cluster.objects.get(servicePath) as KubeObject;
    const annotations = { 'mldeploy/epoch': '5', 'mldeploy/engine': takerName('engine') };
    cluster.objects.set(servicePath, { ...service, metadata: { ...service.metadata, annotations } });
    const now = store.state;
    await store.update({
      epoch: 5,
      stable: now?.previous ?? null,
      previous: now?.stable ?? null,
      history: [...history, entry('r2', { undid: 'r1' })],
    });
  };
  const evidence = await undo(context, kubeApi(inBetween(other)), { to: null, judged: false });
  expect(evidence).toMatchObject({ outcome: 'passed', decision: 'none', stable: { name: 'r2' } });
});
