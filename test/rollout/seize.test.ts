import { beforeEach, describe, expect, test } from 'vitest';
import { revisionSelector } from '../../src/kubernetes/objects/service.ts';
import type { KubeApi, KubeObject } from '../../src/kubernetes/api.ts';
import { kubeApi } from '../../src/kubernetes/kube-api.ts';
import { resources } from '../../src/kubernetes/resources.ts';
import { silentReporter } from '../../src/pipeline/reporter.ts';
import { rollback } from '../../src/rollout/commands/rollback.ts';
import { givenUpBefore } from '../../src/rollout/given-up.ts';
import { StateStore } from '../../src/rollout/state.ts';
import type { Revision, RolloutState } from '../../src/rollout/state.ts';
import { gatewayProvider } from '../../src/rollout/traffic/gateway.ts';
import { abandon } from '../../src/rollout/watchdog/abandon.ts';
import { MemoryTransport } from './memory-transport.ts';

// A takeover against an engine that is alive: whatever the engine writes in between, the revision that gets the traffic keeps its pods.

const ref = { model: 'fraud', namespace: 'ml' };
const statePath = '/api/v1/namespaces/ml/configmaps/mldeploy-fraud';
let transport: MemoryTransport;
let api: KubeApi;
/** The engine's own store: it holds the resourceVersion of its last write. */
let engine: StateStore;

const revision = (name: string): Revision => ({
  name,
  image: 'registry.test/fraud',
  modelDigest: null,
  template: null,
  deployment: `fraud-${name}`,
  replicas: 2,
});

const promoting: Omit<RolloutState, 'updatedAt' | 'writer'> = {
  version: 1,
  ...ref,
  phase: 'running',
  progress: 'promoting',
  epoch: 3,
  provider: 'replicas',
  port: 80,
  stable: revision('r1'),
  candidate: revision('r2'),
  previous: null,
  planHash: null,
  steps: [],
  step: 0,
  weight: 0.3,
  hold: null,
  scaling: null,
  analysis: null,
  reasons: [],
  history: [],
};

/** What the engine writes when the candidate has all traffic. */
const promoted = { progress: 'retiring', stable: revision('r2'), candidate: null, previous: revision('r1') } as const;

beforeEach(async () => {
  transport = new MemoryTransport();
  api = kubeApi(transport);
  const common = { namespace: 'ml', annotations: { 'mldeploy/epoch': '3' } };
  await api.create(resources.service, {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'fraud', ...common },
    spec: { selector: revisionSelector('fraud', 'r2') },
  });
  for (const name of ['fraud-r1', 'fraud-r2']) {
    await api.create(resources.deployment, {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name, ...common },
      spec: { replicas: 2 },
    });
  }
  engine = await StateStore.load(api, ref);
  await engine.save(promoting);
});

/** Lets the engine write before the takeover's next writes of the state reach the server, so many times. */
function engineIsQuicker(times: number, change: Partial<RolloutState>): void {
  const send = transport.send.bind(transport);
  let left = times;
  let engineWrites = false;
  transport.send = async (request) => {
    if (!engineWrites && left > 0 && request.method === 'PUT' && request.path.startsWith(statePath)) {
      left--;
      engineWrites = true;
      await engine.update(change);
      engineWrites = false;
    }
    return send(request);
  };
}

const spec = (path: string): { selector?: Record<string, string>; replicas?: number } =>
  transport.objects.get(path)?.['spec'] ?? {};
const serving = (): string | undefined => spec('/api/v1/namespaces/ml/services/fraud').selector?.['revision'];
const replicas = (name: string): number | undefined => spec(`/apis/apps/v1/namespaces/ml/deployments/${name}`).replicas;
const state = async (): Promise<RolloutState | null> => (await StateStore.load(api, ref)).state;

describe('rollback', () => {
  test('promoted between its read and its write: the new revision keeps traffic and pods', async () => {
    engineIsQuicker(1, promoted);
    expect(await rollback(ref, api, silentReporter)).toMatchObject({ changed: true, stable: 'r2' });
    expect([serving(), replicas('fraud-r2'), replicas('fraud-r1')]).toEqual(['r2', 2, 0]);
    expect(await state()).toMatchObject({ phase: 'done', stable: { name: 'r2' }, candidate: null });
  });

  test('ended between its read and its write: all traffic stays with what the engine left', async () => {
    engineIsQuicker(1, { ...promoted, phase: 'done', progress: 'ended' });
    expect(await rollback(ref, api, silentReporter)).toMatchObject({ changed: false, stable: 'r2' });
    expect([serving(), replicas('fraud-r2')]).toEqual(['r2', 2]);
  });

  test('ticks written meanwhile do not stop it', async () => {
    engineIsQuicker(3, { reasons: ['a tick'] });
    expect(await rollback(ref, api, silentReporter)).toMatchObject({ changed: true, stable: 'r1' });
    expect([serving(), replicas('fraud-r1'), replicas('fraud-r2')]).toEqual(['r1', 2, undefined]);
  });

  test('before anything is destroyed the engine has lost its state', async () => {
    let late: unknown;
    transport.intercept = (request) => {
      if (request.method === 'DELETE') late ??= engine.update(promoted).catch((error: unknown) => error);
      return undefined;
    };
    await rollback(ref, api, silentReporter);
    expect(await late).toMatchObject({ code: 'kubernetes/conflict' });
    expect(await state()).toMatchObject({ phase: 'done', stable: { name: 'r1' } });
  });
});

describe('watchdog', () => {
  test('promoted between its read and its write: the new revision keeps traffic and pods', async () => {
    const store = await StateStore.load(api, ref);
    engineIsQuicker(1, promoted);
    await abandon(api, store);
    expect([serving(), replicas('fraud-r2'), replicas('fraud-r1')]).toEqual(['r2', 2, 0]);
    expect(await state()).toMatchObject({ phase: 'done', stable: { name: 'r2' } });
  });

  test('its first write of the state keeps phase and epoch: another watchdog would go on', async () => {
    const written: RolloutState[] = [];
    transport.intercept = (request) => {
      if (request.method === 'PUT') {
        const { data } = JSON.parse(request.body ?? '') as { data: { state: string } };
        written.push(JSON.parse(data.state) as RolloutState);
      }
      return undefined;
    };
    await abandon(api, await StateStore.load(api, ref));
    expect(written.map(({ phase, epoch }) => [phase, epoch])).toEqual([
      ['running', 3],
      ['abandoned', 4],
    ]);
    expect([serving(), replicas('fraud-r1'), replicas('fraud-r2')]).toEqual(['r1', 2, 0]);
  });

  test('a Service that somebody deleted is told: the watchdog may not make one', async () => {
    transport.objects.delete('/api/v1/namespaces/ml/services/fraud');
    await abandon(api, await StateStore.load(api, ref));
    const left = await state();
    expect(left?.phase).toBe('abandoned');
    expect(left?.reasons.join(' ')).toMatch(/Service fraud does not exist.*`ml-deploy rollback`/);
  });
});

describe('an engine that died after its verdict', () => {
  const verdict = 'errors: 9 % against 1 %';

  beforeEach(async () => {
    const candidate = { ...revision('r2'), template: 'sha256:t2' };
    await engine.update({ progress: 'restoring', weight: 0, verdict, candidate });
  });

  test.each([
    ['rollback', () => rollback(ref, api, silentReporter), 'rolled back'],
    ['the watchdog', async () => abandon(api, await StateStore.load(api, ref)), 'abandoned'],
  ])('%s writes it into the history: the release is not tried again by itself', async (_who, end, ended) => {
    await end();
    const left = await state();
    expect(left?.history.at(-1)).toMatchObject({ revision: 'r2', ended, reason: verdict, blamed: true });
    expect(givenUpBefore(left, 'sha256:t2')).toMatchObject({ by: 'evidence', revision: 'r2' });
  });
});

test('a route that somebody else rewrote is not the split that was written', async () => {
  const route = (backendRefs: unknown): KubeObject => ({
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'HTTPRoute',
    metadata: { name: 'fraud', namespace: 'ml', generation: 2 },
    spec: { rules: [{ backendRefs }] },
    status: {
      parents: [
        {
          parentRef: { name: 'gate' },
          conditions: ['Accepted', 'ResolvedRefs'].map((type) => ({ type, status: 'True', observedGeneration: 2 })),
        },
      ],
    },
  });
  await api.create(
    resources.httpRoute,
    route([{ group: '', kind: 'Service', name: 'fraud-r1', port: 80, weight: 1000 }]),
  );
  const facts = { ...ref, port: 80 };
  expect(await gatewayProvider.missing(api, facts, { addresses: [], written: 'r1' })).toBeNull();
  expect(await gatewayProvider.missing(api, facts, { addresses: [], written: 'r2' })).toMatch(
    /fraud-r1:80=1000 in rule 0, not fraud-r2/,
  );
});
