import { beforeEach, expect, test } from 'vitest';
import { kubeApi } from '../../src/kubernetes/kube-api.ts';
import type { KubeApi } from '../../src/kubernetes/api.ts';
import { StateStore } from '../../src/rollout/state.ts';
import type { HistoryEntry } from '../../src/rollout/state.ts';
import { MemoryTransport } from './memory-transport.ts';
import { restState } from './rest-state.ts';

const ref = { model: restState.model, namespace: restState.namespace };
const path = '/api/v1/namespaces/ml/configmaps/mldeploy-fraud';
let transport: MemoryTransport;
let api: KubeApi;

beforeEach(() => {
  transport = new MemoryTransport();
  api = kubeApi(transport);
});

test('what was saved is read back', async () => {
  const store = await StateStore.load(api, ref);
  expect(store.state).toBeNull();
  await store.save({ ...restState, epoch: 7 });
  expect((await StateStore.load(api, ref)).state).toMatchObject({ epoch: 7, phase: 'done' });
});

test('a write based on an old read fails', async () => {
  const first = await StateStore.load(api, ref);
  await first.save(restState);
  const second = await StateStore.load(api, ref);
  await first.update({ weight: 0.1 });
  await expect(second.update({ weight: 0.5 })).rejects.toMatchObject({ code: 'kubernetes/conflict' });
  expect((await StateStore.load(api, ref)).state?.weight).toBe(0.1);
});

test('a write after an engine of a higher epoch says that this engine is over', async () => {
  const engine = await StateStore.load(api, ref);
  await engine.save({ ...restState, phase: 'running' });
  const watchdog = await StateStore.load(api, ref);
  await watchdog.update({ phase: 'abandoned', epoch: 2 });
  await expect(engine.update({ weight: 0.5 })).rejects.toMatchObject({ code: 'rollout/superseded' });
  expect((await StateStore.load(api, ref)).state).toMatchObject({ phase: 'abandoned', weight: 0 });
});

test('of two engines that create the state one wins', async () => {
  const stores = await Promise.all([StateStore.load(api, ref), StateStore.load(api, ref)]);
  const results = await Promise.allSettled(stores.map((store) => store.save(restState)));
  expect(results.map((each) => each.status).sort()).toEqual(['fulfilled', 'rejected']);
});

test('a write whose reply was lost is recognised as its own', async () => {
  const store = await StateStore.load(api, ref);
  await store.save(restState);
  const send = transport.send.bind(transport);
  let lost = false;
  transport.send = async (request) => {
    const reply = await send(request);
    if (request.method !== 'PUT' || lost) return reply;
    lost = true;
    return { status: 503, body: '', headers: {} };
  };
  await store.update({ weight: 0.2 });
  await store.update({ weight: 0.3 });
  expect((await StateStore.load(api, ref)).state?.weight).toBe(0.3);
});

test('the history is capped at 256 KiB, the oldest entries go first', async () => {
  const entry = (index: number): HistoryEntry => ({
    at: '',
    revision: `r${index}`,
    image: 'x'.repeat(1000),
    ended: 'promoted',
    reason: '',
  });
  const store = await StateStore.load(api, ref);
  await store.save({ ...restState, history: Array.from({ length: 400 }, (_, index) => entry(index)) });
  const history = store.state?.history ?? [];
  expect(JSON.stringify(history).length).toBeLessThanOrEqual(256 * 1024);
  expect(history.at(-1)?.revision).toBe('r399');
});

test('a state of a newer engine is refused, not overwritten', async () => {
  const store = await StateStore.load(api, ref);
  await store.save(restState);
  const object = transport.objects.get(path);
  if (object !== undefined) transport.objects.set(path, { ...object, data: { state: '{"version": 2}' } });
  await expect(StateStore.load(api, ref)).rejects.toMatchObject({ code: 'rollout/unreadable-state' });
});
