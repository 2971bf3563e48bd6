import { expect, test } from 'vitest';
import type { KubeObject } from '../../../src/kubernetes/api.ts';
import { type PodStatus, stateOf } from '../../../src/smoke/runtimes/kubernetes/pod-state.ts';
import { explainUnschedulable } from '../../../src/smoke/runtimes/kubernetes/unschedulable.ts';

const pod = (status: PodStatus): KubeObject => ({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p' }, status });
type State = NonNullable<NonNullable<PodStatus['containerStatuses']>[0]['state']>;
const container = (state: State, phase = 'Pending'): KubeObject =>
  pod({ phase, containerStatuses: [{ imageID: '', state }] });
const state = (object: KubeObject, lasting = 0, scalingUp = false) => stateOf(object, () => lasting, scalingUp, '1Gi');
const waiting = (reason: string, message = '') => container({ waiting: { reason, message } });
const unschedulable = pod({
  phase: 'Pending',
  conditions: [
    {
      type: 'PodScheduled',
      status: 'False',
      reason: 'Unschedulable',
      message: '0/1 nodes are available: 1 Insufficient cpu.',
    },
  ],
});

test('what passes by itself is waited for', () => {
  expect(state(pod({}))).toMatchObject({ phase: 'starting' });
  expect(state(waiting('ContainerCreating'))).toMatchObject({ phase: 'starting' });
  expect(state(waiting('ErrImagePull', 'dial tcp: i/o timeout'))).toMatchObject({ phase: 'starting' });
  expect(state(unschedulable)).toMatchObject({ phase: 'starting' });
  expect(state(unschedulable, 60_000, true)).toMatchObject({
    phase: 'starting',
    detail: expect.stringContaining('autoscaler') as string,
  });
  expect(state(container({ running: {} }, 'Running'))).toEqual({ phase: 'running' });
});

test.each<[string, KubeObject, number, string]>([
  ['an image that is not there', waiting('ErrImagePull', 'manifest unknown: not found'), 0, 'smoke/image-pull'],
  ['a registry that stays away', waiting('ImagePullBackOff', 'i/o timeout'), 31_000, 'smoke/image-pull'],
  ['a missing Secret', waiting('CreateContainerConfigError', 'secret "x" not found'), 0, 'smoke/container-config'],
  ['no node', unschedulable, 11_000, 'smoke/unschedulable'],
  ['an eviction', pod({ phase: 'Failed', reason: 'Evicted', message: 'low on memory' }), 0, 'smoke/pod-lost'],
])('%s is infrastructure', (_, object, lasting, code) => {
  expect(() => state(object, lasting)).toThrow(expect.objectContaining({ code, kind: 'infrastructure' }));
});

test('a model that the node cannot mount is infrastructure', () => {
  const spec = {
    containers: [{ image: `x/y@sha256:${'1'.repeat(64)}`, volumeMounts: [{ name: 'model', mountPath: '/model' }] }],
    volumes: [{ name: 'model', image: { reference: `x/y@sha256:${'2'.repeat(64)}` } }],
  };
  const failed = { ...waiting('CreateContainerError', 'failed to mount image volume: no space left'), spec };
  expect(state(failed)).toMatchObject({ phase: 'starting' });
  const refused = expect.objectContaining({ code: 'smoke/model-fetch', kind: 'infrastructure' }) as unknown;
  expect(() => state(failed, 31_000)).toThrow(refused);
  expect(() =>
    state({ ...waiting('ErrImagePull', `pulling "x/y@sha256:${'2'.repeat(64)}": not found`), spec }),
  ).toThrow(refused);
  expect(() => state({ ...waiting('ImageVolumeMountFailed', 'subpath does not exist'), spec })).toThrow(refused);
});

test.each<[string, KubeObject, string]>([
  ['an exit', container({ terminated: { exitCode: 3, reason: 'Error' } }), 'ended by itself with exit code 3'],
  ['too much memory', container({ terminated: { exitCode: 137, reason: 'OOMKilled' } }), 'resources.memory (1Gi)'],
  [
    'no such program',
    container({ terminated: { exitCode: 128, reason: 'StartError', message: 'exec: "x": not found' } }),
    'exec: "x"',
  ],
  [
    'a container that cannot be created',
    waiting('CreateContainerError', 'no command specified'),
    'no command specified',
  ],
])('%s is the image’s own fault', (_, object, text) => {
  expect(state(object)).toMatchObject({ phase: 'ended', reason: expect.stringContaining(text) as string });
});

test.each([
  [
    '0/3 nodes are available: 3 Insufficient nvidia.com/gpu. preemption: 0/3 nodes are available',
    '3 nodes have no free GPU (nvidia.com/gpu) (the scheduler says: 0/3 nodes are available: 3 Insufficient nvidia.com/gpu).',
    'device plugin',
  ],
  [
    '0/2 nodes are available: 1 Insufficient memory, 1 node(s) had untolerated taint {gpu: true}.',
    '1 node has too little free memory; 1 node has a taint that keeps pods away ({gpu: true})',
    'resources',
  ],
  [
    "0/2 nodes are available: 2 node(s) didn't match Pod's node affinity/selector.",
    '2 nodes have other labels than deploy.nodeSelector asks for',
    'label a node',
  ],
  ['no nodes available to schedule pods', 'no node', 'Add a node'],
  ['something new', 'something new', 'kubectl describe'],
  [
    '0/1 nodes are available: 1 Insufficient cpu. no new claims to deallocate, preemption: 0/1 nodes are available',
    '1 node has too little free cpu (the scheduler says: 0/1 nodes are available: 1 Insufficient cpu).',
    'resources',
  ],
])('the scheduler’s reason is translated: %s', (message, means, hint) => {
  const error = explainUnschedulable(message, pod({}));
  expect(error.message).toContain(means);
  expect(error.hint).toContain(hint);
});

const fetching = (state: State): KubeObject =>
  pod({
    phase: 'Pending',
    initContainerStatuses: [{ name: 'fetch-model', state }],
    containerStatuses: [{ imageID: '', state: { waiting: { reason: 'PodInitializing' } } }],
  });

test('a model that is being fetched is waited for', () => {
  expect(state(fetching({ running: {} }))).toEqual({ phase: 'starting', detail: 'fetching the model' });
  expect(state(fetching({ terminated: { exitCode: 0 } }))).toMatchObject({ phase: 'starting' });
  expect(state(fetching({ waiting: { reason: 'PodInitializing' } }))).toMatchObject({ phase: 'starting' });
});

test('a model that cannot be fetched is infrastructure, in the words of the init container', () => {
  const message = 'Error: a layer is damaged\n  Build again.\n  (fetch/altered; docs/errors.md)\n';
  const failed = fetching({ terminated: { exitCode: 4, reason: 'Error', message } });
  expect(() => state(failed)).toThrow(
    expect.objectContaining({
      code: 'smoke/model-fetch',
      kind: 'infrastructure',
      message: expect.stringContaining('a layer is damaged') as string,
    }),
  );
  const pull = fetching({ waiting: { reason: 'ErrImagePull', message: 'not found' } });
  expect(() => state(pull)).toThrow(expect.objectContaining({ code: 'smoke/image-pull' }));
});
