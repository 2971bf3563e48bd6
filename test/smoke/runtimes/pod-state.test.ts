import { describe, expect, test } from 'vitest';
import type { KubeObject } from '../../../src/kubernetes/api.ts';
import { beforeContainer, endOf, type PodStatus, stateOf } from '../../../src/smoke/runtimes/kubernetes/pod-state.ts';
import { explainUnschedulable } from '../../../src/smoke/runtimes/kubernetes/unschedulable.ts';

const pod = (status: PodStatus): KubeObject => ({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p' }, status });
type State = NonNullable<NonNullable<PodStatus['containerStatuses']>[0]['state']>;
const container = (state: State, phase = 'Pending'): KubeObject =>
  pod({ phase, containerStatuses: [{ name: 'server', imageID: '', state }] });
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
  [
    'a key that its Secret lacks',
    waiting('CreateContainerConfigError', "couldn't find key a in Secret ml/x"),
    0,
    'smoke/container-config',
  ],
  [
    'a policy that forbids to pull',
    waiting('ErrImageNeverPull', 'Container image "x" is not present with pull policy of Never'),
    0,
    'smoke/image-pull',
  ],
  ['a name that is none', waiting('InvalidImageName', 'could not parse'), 0, 'smoke/image-pull'],
  [
    'a damaged store',
    waiting('ImageInspectError', 'Failed to inspect image "not found/x": rpc error'),
    31_000,
    'smoke/image-pull',
  ],
  ['a signature that is missing', waiting('SignatureValidationFailed', 'no valid signature'), 0, 'smoke/image-pull'],
  [
    'a driver that is too old',
    waiting(
      'RunContainerError',
      'nvidia-container-cli: requirement error: unsatisfied condition: cuda>=12.8, please update your driver',
    ),
    0,
    'smoke/container-start',
  ],
  [
    'the same at the start',
    container({
      terminated: {
        exitCode: 128,
        reason: 'StartError',
        message: 'OCI runtime create failed: exec: "/usr/bin/nvidia-container-runtime-hook": no such file or directory',
      },
    }),
    0,
    'smoke/container-start',
  ],
  [
    'a container runtime that does not keep up',
    waiting('CreateContainerError', 'context deadline exceeded'),
    31_000,
    'smoke/container-start',
  ],
  [
    'an end that the node does not know',
    container({ terminated: { exitCode: 137, reason: 'ContainerStatusUnknown', message: 'could not be located' } }),
    0,
    'smoke/pod-lost',
  ],
  [
    'a device plugin that refuses',
    pod({
      phase: 'Failed',
      reason: 'UnexpectedAdmissionError',
      message: 'Allocate failed due to no healthy devices present',
    }),
    0,
    'smoke/pod-lost',
  ],
  [
    'a node that shuts down',
    pod({
      phase: 'Failed',
      reason: 'Terminated',
      message: 'Pod was terminated in response to imminent node shutdown.',
      containerStatuses: [{ name: 'server', imageID: '', state: { terminated: { exitCode: 143, reason: 'Error' } } }],
    }),
    0,
    'smoke/pod-lost',
  ],
  [
    'a drain, which the program ended well',
    pod({
      phase: 'Succeeded',
      conditions: [{ type: 'DisruptionTarget', status: 'True', reason: 'EvictionByEvictionAPI', message: 'drained' }],
      containerStatuses: [{ name: 'server', imageID: '', state: { terminated: { exitCode: 0, reason: 'Completed' } } }],
    }),
    0,
    'smoke/pod-lost',
  ],
  [
    'a deletion by somebody',
    {
      ...container({ terminated: { exitCode: 0, reason: 'Completed' } }),
      metadata: { name: 'p', deletionTimestamp: '2026-01-01T00:00:00Z' },
    },
    0,
    'smoke/pod-lost',
  ],
  [
    'its own deadline',
    pod({
      phase: 'Failed',
      reason: 'DeadlineExceeded',
      containerStatuses: [{ name: 'server', imageID: '', state: { terminated: { exitCode: 137, reason: 'Error' } } }],
    }),
    0,
    'smoke/pod-lost',
  ],
  ['no node', unschedulable, 11_000, 'smoke/unschedulable'],
  ['an eviction', pod({ phase: 'Failed', reason: 'Evicted', message: 'low on memory' }), 0, 'smoke/pod-lost'],
])('%s is infrastructure', (_, object, lasting, code) => {
  expect(() => state(object, lasting)).toThrow(expect.objectContaining({ code, kind: 'infrastructure' }));
});

test.each([
  ['RunContainerError', 'context deadline exceeded'],
  ['CreateContainerError', 'failed to reserve container name "server_p_ml": name is reserved for "3f9a"'],
  ['CreateContainerConfigError', 'failed to sync configmap cache: timed out waiting for the condition'],
  // What is quoted is a name, no reason.
  ['ErrImagePull', 'failed to pull "registry.example/denied/not-found": i/o timeout'],
])('what a busy node says is waited for: %s %s', (reason, said) => {
  expect(state(waiting(reason, said), 29_000)).toMatchObject({ phase: 'starting' });
});

describe('a pod with a node and without a container', () => {
  const failed = { reason: 'FailedCreatePodSandBox', message: 'no runtime for "nvidia" is configured' };
  const events = [{ reason: 'Scheduled', message: 'assigned' }, failed];
  const set = pod({ conditions: [{ type: 'PodReadyToStartContainers', status: 'True' }] });

  test('is explained from its events, and given up when that lasts', () => {
    const creating = waiting('ContainerCreating');
    expect(beforeContainer(creating, events, () => 0)).toContain('has no handler nvidia (deploy.runtimeClass)');
    const given = expect.objectContaining({ code: 'smoke/container-start', kind: 'infrastructure' }) as unknown;
    expect(() => beforeContainer(creating, events, () => 31_000)).toThrow(given);
    const secret = [
      { reason: 'FailedMount', message: 'MountVolume.SetUp failed for volume "x": secret "keys" not found' },
    ];
    expect(() => beforeContainer(creating, secret, () => 31_000)).toThrow('Secret keys is not in the namespace');
  });

  test('waits for nothing of that as soon as its sandbox is there', () => {
    expect(beforeContainer(set, events, () => 31_000)).toBeNull();
    expect(beforeContainer(waiting('PodInitializing'), events, () => 31_000)).toBeNull();
    expect(beforeContainer(pod({}), [{ reason: 'Pulling', message: 'x' }], () => 31_000)).toBeNull();
  });
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
    'program x cannot be run: not found',
  ],
  [
    'a program for another processor',
    container({
      terminated: {
        exitCode: 128,
        reason: 'StartError',
        message: 'runc create failed: unable to start container process: exec /srv/run: exec format error',
      },
    }),
    'another architecture',
  ],
  [
    'a program that may not be run',
    waiting('RunContainerError', 'unable to start container process: exec: "/srv/run.sh": permission denied'),
    '/srv/run.sh cannot be run: permission denied',
  ],
  [
    'a folder that is not there',
    waiting(
      'RunContainerError',
      'unable to start container process: chdir to cwd ("/app") set in config.json failed: no such file or directory',
    ),
    'its working directory /app',
  ],
  [
    'an unknown user',
    waiting('CreateContainerError', 'unable to find user app: no matching entries in passwd file'),
    'a user app',
  ],
  [
    'memory that does not do to start',
    container({
      terminated: {
        exitCode: 128,
        reason: 'StartError',
        message: 'container init was OOM-killed (memory limit too low?)',
      },
    }),
    'resources.memory',
  ],
  [
    'root',
    waiting('CreateContainerConfigError', 'container has runAsNonRoot and image will run as root'),
    'would run as root',
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
    '0/2 nodes are available: 2 Insufficient cpu, 2 Insufficient memory, 2 Insufficient nvidia.com/mig-1g.10gb.',
    '2 nodes have no free MIG device of that profile (nvidia.com/mig-1g.10gb); 2 nodes have too little free cpu; 2 nodes have too little free memory',
    'resources.gpu.resource',
  ],
  [
    '0/1 nodes are available: 1 Insufficient nvidia.com/gpu.shared.',
    'no free GPU (nvidia.com/gpu.shared)',
    'device plugin',
  ],
  [
    '0/3 nodes are available: 1 node(s) had untolerated taint {nvidia.com/gpu: present}, 1 node(s) had untolerated taint(s), 1 node(s) were unschedulable.',
    '1 node has a taint that keeps pods away ({nvidia.com/gpu: present}); 1 node has a taint that keeps pods away; 1 node has been cordoned',
    'deploy.tolerations',
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
    containerStatuses: [{ name: 'server', imageID: '', state: { waiting: { reason: 'PodInitializing' } } }],
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

test('what a mesh adds to the pod is not looked at: the container that serves is', () => {
  const proxy = { name: 'istio-proxy', imageID: 'x', state: { running: {} } };
  const ended = { name: 'server', imageID: 'y', state: { terminated: { exitCode: 3, reason: 'Error' } } };
  expect(state(pod({ phase: 'Running', containerStatuses: [proxy, ended] }))).toMatchObject({
    phase: 'ended',
    exitCode: 3,
  });
  expect(
    endOf(
      pod({
        phase: 'Running',
        containerStatuses: [
          { ...ended, name: 'istio-proxy' },
          { ...proxy, name: 'server' },
        ],
      }),
    ),
  ).toBeNull();
});
