import { describe, expect, test } from 'vitest';
import type { KubeObject } from '../../src/kubernetes/api.ts';
import { troubleOf } from '../../src/rollout/diagnosis.ts';

function pod(status: object, metadata: object = {}): KubeObject {
  return { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'fraud-r2-abc', ...metadata }, status };
}

function container(status: object): KubeObject {
  return pod({ phase: 'Running', containerStatuses: [{ name: 'server', ready: false, restartCount: 0, ...status }] });
}

const waiting = (reason: string, message = ''): KubeObject => container({ state: { waiting: { reason, message } } });
const ended = (reason: string, exitCode: number): object => ({ terminated: { reason, exitCode } });

describe('the revision is to blame', () => {
  test.each([
    [
      'rollout/image-pull',
      waiting('ImagePullBackOff', 'Back-off pulling image "x": ErrImagePull: rpc error: code = NotFound desc = gone'),
    ],
    ['rollout/image-pull', waiting('ErrImagePull', 'pull access denied, insufficient_scope: authorization failed')],
    ['rollout/image-pull', waiting('ErrImagePull', 'registry/x@sha256:e: not found')],
    ['rollout/image-pull', waiting('InvalidImageName')],
    ['rollout/container-config', waiting('CreateContainerConfigError', 'secret "keys" not found')],
    ['rollout/crash-loop', waiting('CrashLoopBackOff')],
    ['rollout/crash-loop', container({ restartCount: 2, lastState: ended('Error', 3) })],
    ['rollout/out-of-memory', container({ restartCount: 1, lastState: ended('OOMKilled', 137) })],
  ])('%s', (code, candidate) => {
    expect(troubleOf([candidate], null)).toMatchObject({ code, kind: 'model', mayPass: false });
  });
});

describe('the cluster is to blame', () => {
  test('a container that somebody put beside the server', () => {
    const proxy = { name: 'istio-proxy', ready: false, restartCount: 2, lastState: ended('Error', 1) };
    const server = { name: 'server', ready: true, restartCount: 0, state: { running: {} } };
    const found = troubleOf([pod({ phase: 'Running', containerStatuses: [proxy, server] })], null);
    expect(found).toMatchObject({ code: 'rollout/crash-loop', kind: 'infrastructure' });
    expect(found?.message).toContain('istio-proxy');
  });

  const unschedulable = { type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message: '0/3 nodes' };

  test('no node', () => {
    const found = troubleOf([pod({ phase: 'Pending', conditions: [unschedulable] })], null);
    expect(found).toMatchObject({ code: 'rollout/unschedulable', kind: 'infrastructure', mayPass: true });
  });

  test.each([
    'Back-off pulling image "registry/not-found"',
    'Back-off pulling image "x": ErrImagePull: failed to resolve reference "x": dial tcp 10.0.0.1:5000: connect: connection refused',
    'Back-off pulling image "x": ErrImagePull: unexpected status from HEAD request: 503 Service Unavailable',
    'Back-off pulling image "x": ErrImagePull: dial tcp: lookup registry.test: no such host',
    'Back-off pulling image "x": ErrImagePull: 429 Too Many Requests: toomanyrequests',
  ])('a registry that is down: %s', (message) => {
    const found = troubleOf([waiting('ImagePullBackOff', message)], null);
    expect(found).toMatchObject({ code: 'rollout/registry', kind: 'infrastructure', mayPass: true });
  });

  test('but the revision comes first when both have a part', () => {
    const found = troubleOf(
      [pod({ phase: 'Pending', conditions: [unschedulable] }), waiting('CrashLoopBackOff')],
      null,
    );
    expect(found).toMatchObject({ code: 'rollout/crash-loop', kind: 'model' });
  });

  test('quota', () => {
    const condition = {
      type: 'ReplicaFailure',
      status: 'True',
      reason: 'FailedCreate',
      message: 'exceeded quota: gpu',
    };
    const deployment: KubeObject = {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'fraud-r2' },
      status: { conditions: [condition] },
    };
    expect(troubleOf([], deployment)).toMatchObject({ code: 'rollout/quota', kind: 'infrastructure' });
  });
});

describe('a model that cannot be fetched', () => {
  const fetching = (status: object): KubeObject =>
    pod({
      phase: 'Pending',
      initContainerStatuses: [{ name: 'fetch-model', ready: false, restartCount: 0, ...status }],
      containerStatuses: [
        { name: 'server', ready: false, restartCount: 0, state: { waiting: { reason: 'PodInitializing' } } },
      ],
    });
  const failed = (code: string): object => ({
    reason: 'Error',
    exitCode: 4,
    message: `before\nError: no luck\n  Do this.\n  (${code}; docs/errors.md)\n`,
  });

  test.each(['fetch/altered', 'fetch/no-model', 'registry/unauthorized', 'registry/not-found'])(
    'for good: %s',
    (code) => {
      const found = troubleOf([fetching({ state: { terminated: failed(code) } })], null);
      expect(found).toMatchObject({ code: 'rollout/model-fetch', kind: 'infrastructure', mayPass: false });
      expect(found?.message).toContain(`Error): no luck Do this. (${code};`);
    },
  );

  test.each(['registry/unreachable', 'registry/failed'])('for now: %s', (code) => {
    const state = { waiting: { reason: 'CrashLoopBackOff' } };
    const found = troubleOf([fetching({ state, lastState: { terminated: failed(code) } })], null);
    expect(found).toMatchObject({ code: 'rollout/model-fetch', kind: 'infrastructure', mayPass: true });
  });

  test('because the engine image is not there', () => {
    const state = { waiting: { reason: 'ErrImagePull', message: 'manifest unknown: not found' } };
    expect(troubleOf([fetching({ state })], null)).toMatchObject({
      code: 'rollout/image-pull',
      kind: 'infrastructure',
      message: expect.stringContaining('init container') as string,
    });
  });

  test('while it still tries, or when it was overcome', () => {
    const lastState = { terminated: failed('registry/unreachable') };
    expect(troubleOf([fetching({ state: { running: {} }, lastState })], null)).toBeNull();
    expect(troubleOf([fetching({ ready: true, state: { terminated: { exitCode: 0 } }, lastState })], null)).toBeNull();
  });
});

describe('nobody is to blame', () => {
  test.each([
    ['starting', waiting('ContainerCreating')],
    ['a hiccup of the registry', waiting('ErrImagePull', 'i/o timeout')],
    ['one restart', container({ restartCount: 1, state: { running: {} }, lastState: ended('Error', 1) })],
    [
      'ready in spite of restarts long ago',
      container({ ready: true, restartCount: 3, state: { running: {} }, lastState: ended('OOMKilled', 137) }),
    ],
    [
      'evicted',
      pod({
        phase: 'Failed',
        reason: 'Evicted',
        containerStatuses: [{ name: 'server', ready: false, restartCount: 5 }],
      }),
    ],
    [
      'on its way out',
      pod(
        { phase: 'Running', containerStatuses: [{ name: 'server', ready: false, restartCount: 5 }] },
        { deletionTimestamp: 'now' },
      ),
    ],
  ])('%s', (_, candidate) => {
    expect(troubleOf([candidate], null)).toBeNull();
  });
});

describe('a model that its node cannot mount', () => {
  const [server, model] = [
    `registry.test/fraud@sha256:${'1'.repeat(64)}`,
    `registry.test/fraud@sha256:${'2'.repeat(64)}`,
  ];
  const mounting = (reason: string, message: string): KubeObject => ({
    ...waiting(reason, message),
    spec: {
      containers: [{ name: 'server', image: server, volumeMounts: [{ name: 'model', mountPath: '/model' }] }],
      volumes: [
        { name: 'tmp', emptyDir: {} },
        { name: 'model', image: { reference: model } },
      ],
    },
  });

  test.each([
    ['ErrImagePull', `failed to pull and unpack image "${model}": not found`, false],
    ['ImagePullBackOff', `Back-off pulling image "${model}": ErrImagePull: 503 Service Unavailable`, true],
    ['ErrImagePull', 'pull access denied, insufficient_scope: authorization failed', false],
    ['CreateContainerError', 'failed to generate container spec: failed to mount image volume: no space left', true],
    [
      'RunContainerError',
      'runc create failed: error mounting "/var/lib/x" to rootfs at "/model": input/output error',
      true,
    ],
    ['ImageVolumeMountFailed', 'the snapshot is busy', true],
    ['ErrImageVolumeMountFailed', 'subpath does not exist', false],
  ])('%s: %s', (reason, message, mayPass) => {
    const found = troubleOf([mounting(reason, message)], null);
    expect(found).toMatchObject({ code: 'rollout/model-fetch', kind: 'infrastructure', mayPass });
    expect(found?.message).toContain(message);
  });

  test.each([
    ['rollout/image-pull', 'ErrImagePull', `failed to pull and unpack image "${server}": not found`],
    ['rollout/container-config', 'CreateContainerError', 'no command specified'],
    ['rollout/container-config', 'RunContainerError', 'exec: "/model/serve": not found'],
    ['rollout/container-config', 'CreateContainerConfigError', 'secret "keys" not found'],
  ])('but %s is the revision’s: %s', (code, reason, message) => {
    expect(troubleOf([mounting(reason, message)], null)).toMatchObject({ code, kind: 'model' });
  });

  test.each([
    ['context deadline exceeded', true],
    ['nvidia-container-cli: initialization error: load library failed: libnvidia-ml.so.1', false],
  ])('what a node fails at says nothing against the revision: %s', (message, mayPass) => {
    const found = troubleOf([mounting('RunContainerError', message)], null);
    expect(found).toMatchObject({ code: 'rollout/container-start', kind: 'infrastructure', mayPass });
  });
});
